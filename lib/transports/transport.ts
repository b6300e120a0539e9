import type { ExecutionContext } from '@nestjs/common';
import type { AuthError } from '../core/errors.js';
import type { HeaderSource } from '../core/headers.js';
import type { ReadableRequest } from '../options/contracts.js';

/** The parts of a request that the library reads, and the user that it sets. */
export interface HttpRequest extends ReadableRequest, HeaderSource {
  user?: unknown;
}

/** What differs between the transports of NestJS: one object for each context type. */
export interface Transport {
  /** Returns the request that carries the credential. */
  requestOf(context: ExecutionContext): HttpRequest;
  /**
   * Returns the object that all calls of one operation share, where an operation has several: they
   * are authenticated once. `undefined`: each call is an operation of its own.
   */
  operationOf(context: ExecutionContext): object | undefined;
  /** Returns the object that only this call has. The user of the call is kept by it. */
  callOf(context: ExecutionContext): object;
  /** Returns the exception that the transport turns into a refusal. */
  refuse(error: AuthError, context: ExecutionContext): unknown;
}
