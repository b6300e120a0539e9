import { IntrinsicException, type ExecutionContext } from '@nestjs/common';
import { answerTo, type Answer } from '../core/answer.js';
import { AuthError } from '../core/errors.js';
import { withoutFrames } from '../core/frames.js';
import { setHeaders, type HttpResponse } from './http.js';
import type { HttpRequest, Transport } from './transport.js';

/** The context of an operation, as the drivers make it. */
interface GraphqlContext {
  readonly req?: Partial<HttpRequest> & {
    /** Express. */
    readonly res?: HttpResponse;
  };
  /** Mercurius. */
  readonly reply?: HttpResponse;
}

/** Apollo's names for errors, by status. */
const codes: Readonly<Record<Answer['status'], string>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  500: 'INTERNAL_SERVER_ERROR',
  503: 'SERVICE_UNAVAILABLE',
};

/**
 * A refusal in the form of GraphQL. The executor copies `message` and `extensions` of any error, so
 * that the package `graphql` is not needed. NestJS does not log an intrinsic exception.
 */
class GraphqlRefusal extends IntrinsicException {
  constructor(
    message: string,
    readonly extensions: Readonly<Record<string, unknown>>,
  ) {
    super(message);
  }
}

/**
 * GraphQL over HTTP, with Apollo or Mercurius, on Express or Fastify: the request behind the
 * operation carries the credential.
 */
export const graphql: Transport = {
  requestOf(context) {
    const { req } = contextOf(context);
    if (req?.headers !== undefined) return req as HttpRequest;
    const reason = 'the context of the GraphQL operation has no HTTP request in "req"';
    throw new AuthError('transport_not_supported', reason);
  },
  operationOf: (context) => contextOf(context),
  /** The information about the field is made for each call of a resolver. */
  callOf: (context) => context.getArgs<object[]>().at(-1) as object,
  refuse(error, context) {
    const answer = answerTo(error);
    const { status, headers, message, code } = answer;
    const { scopes, maxAge } = error.details;
    const { req, reply } = contextOf(context);
    const response = reply ?? req?.res;
    if (response !== undefined) setHeaders(response, answer);
    return withoutFrames(
      () =>
        new GraphqlRefusal(message, {
          code: codes[status],
          reason: code,
          ...(scopes === undefined ? {} : { scope: scopes.join(' ') }),
          ...(maxAge === undefined ? {} : { maxAge }),
          // Apollo on Fastify keeps no reply, and takes headers from here, but no list of cookies.
          ...(response === undefined
            ? { http: { headers: new Map(Object.entries(headers)) } }
            : {}),
        }),
    );
  },
};

function contextOf(context: ExecutionContext): GraphqlContext {
  // From the end, because a reference resolver of a federation has no arguments of its own.
  return context.getArgs<(GraphqlContext | undefined)[]>().at(-2) ?? {};
}
