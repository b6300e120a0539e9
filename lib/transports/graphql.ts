import { IntrinsicException, type ExecutionContext } from '@nestjs/common';
import { answerTo, type Answer } from '../core/answer.js';
import { AuthError } from '../core/errors.js';
import { withoutFrames } from '../core/frames.js';
import type { HttpRequest, Transport } from './transport.js';

/** The context of an operation, as the drivers make it. */
interface GraphqlContext {
  readonly req?: Partial<HttpRequest> & {
    /** Express. */
    readonly res?: HeaderTarget;
    /** Fastify's request has Node's. */
    readonly raw?: unknown;
  };
  /** Mercurius. */
  readonly reply?: HeaderTarget;
}

/** A response of Express or Fastify. */
interface HeaderTarget {
  header(name: string, value: string): unknown;
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
  callOf: (context) => context.getArgByIndex<object>(context.getArgs().length - 1),
  refuse(error, context) {
    const { status, headers, message, code } = answerTo(error);
    const { scopes, maxAge } = error.details;
    const { req, reply } = contextOf(context);
    const target = reply ?? req?.res;
    if (target !== undefined)
      for (const [name, value] of Object.entries(headers)) target.header(name, value);
    return withoutFrames(
      () =>
        new GraphqlRefusal(message, {
          code: codes[status],
          reason: code,
          ...(scopes === undefined ? {} : { scope: scopes.join(' ') }),
          ...(maxAge === undefined ? {} : { maxAge }),
          // Apollo on Fastify keeps no reply, and takes headers from here.
          ...(target === undefined ? { http: { headers: new Map(Object.entries(headers)) } } : {}),
        }),
    );
  },
};

function contextOf(context: ExecutionContext): GraphqlContext {
  const args = context.getArgs<(GraphqlContext | undefined)[]>();
  // A reference resolver of a federation has no arguments of its own.
  return args[args.length - 2] ?? {};
}
