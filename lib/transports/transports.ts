import type { ExecutionContext } from '@nestjs/common';
import { AuthError } from '../core/errors.js';
import { graphql } from './graphql.js';
import { http, toHttpException } from './http.js';
import type { Transport } from './transport.js';

/** A transport that the guard does not know: every call is refused. */
const unsupported: Transport = {
  requestOf(context) {
    const reason = `the guard was called for a handler of the transport "${context.getType()}"`;
    throw new AuthError('transport_not_supported', reason);
  },
  operationOf: () => undefined,
  callOf: (context) => context,
  refuse: toHttpException,
};

/** Returns the transport of a context. */
export function transportOf(context: ExecutionContext): Transport {
  switch (context.getType<string>()) {
    case 'http':
      return http;
    case 'graphql':
      return graphql;
    default:
      return unsupported;
  }
}
