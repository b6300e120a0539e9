import {
  BadRequestException,
  ForbiddenException,
  InternalServerErrorException,
  ServiceUnavailableException,
  UnauthorizedException,
  type ExecutionContext,
  type HttpException,
} from '@nestjs/common';
import { answerTo, type Answer } from '../core/answer.js';
import { AuthError } from '../core/errors.js';
import { withoutFrames } from '../core/frames.js';
import type { HeaderSource } from '../core/headers.js';
import type { ReadableRequest } from '../options/contracts.js';

/** The parts of a request that the library reads, and the user that it sets. */
export interface HttpRequest extends ReadableRequest, HeaderSource {
  user?: unknown;
}

/**
 * The parts of a response that the library uses. Express and Fastify both have `header`. Only
 * Express has `append`; Fastify's `header` appends cookies itself.
 */
interface HttpResponse {
  header(name: string, value: string | readonly string[]): unknown;
  append?(name: string, value: string | readonly string[]): unknown;
}

/** A request and its response, on any platform. */
export interface HttpExchange {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
}

/** Returns the request and response of a context; `undefined` for transports other than HTTP. */
export function findExchange(context: ExecutionContext): HttpExchange | undefined {
  if (context.getType() !== 'http') return undefined;
  const http = context.switchToHttp();
  return { request: http.getRequest<HttpRequest>(), response: http.getResponse<HttpResponse>() };
}

/** Like {@link findExchange}, but throws `transport_not_supported` for other transports. */
export function exchangeOf(context: ExecutionContext): HttpExchange {
  const exchange = findExchange(context);
  if (exchange !== undefined) return exchange;
  const reason = `the guard was called for a handler of the transport "${context.getType()}"`;
  throw new AuthError('transport_not_supported', reason);
}

const exceptions = {
  400: { name: 'Bad Request', type: BadRequestException },
  401: { name: 'Unauthorized', type: UnauthorizedException },
  403: { name: 'Forbidden', type: ForbiddenException },
  500: { name: 'Internal Server Error', type: InternalServerErrorException },
  503: { name: 'Service Unavailable', type: ServiceUnavailableException },
} as const satisfies Record<Answer['status'], { name: string; type: typeof BadRequestException }>;

/**
 * Converts a refusal to NestJS's own exception, with the {@link AuthError} as its cause. Sets the
 * headers on the response, so that an exception filter that writes its own body keeps the
 * challenge.
 */
export function refuse(error: AuthError, exchange: HttpExchange | undefined): HttpException {
  const { status, headers, setCookie, message, code } = answerTo(error);
  for (const [name, value] of Object.entries(headers)) exchange?.response.header(name, value);
  if (setCookie.length > 0) addCookies(exchange, setCookie);
  const { name, type: Exception } = exceptions[status];
  return withoutFrames(
    () => new Exception({ statusCode: status, error: name, message, code }, { cause: error }),
  );
}

/** Adds cookies to those that the application has already set. */
function addCookies(exchange: HttpExchange | undefined, cookies: readonly string[]): void {
  const { response } = exchange ?? {};
  if (response?.append === undefined) response?.header('Set-Cookie', cookies);
  else response.append('Set-Cookie', cookies);
}

/**
 * Converts an {@link AuthError}, for example from `TokenService`, to the NestJS exception that
 * `JwtAuthGuard` throws: the status, and a body with the public message and code. For your own
 * guards. It sets **no** headers: only `JwtAuthGuard` sends the challenge of RFC 6750.
 */
export function toHttpException(error: AuthError): HttpException {
  return refuse(error, undefined);
}
