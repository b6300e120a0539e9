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

/** What the library reads of a request, and where the handler finds the user. */
export interface HttpRequest extends ReadableRequest, HeaderSource {
  user?: unknown;
}

/**
 * What the library uses of a response. Express and Fastify agree on `header`; only Express has
 * `append`, and Fastify's `header` appends cookies.
 */
interface HttpResponse {
  header(name: string, value: string | readonly string[]): unknown;
  append?(name: string, value: string | readonly string[]): unknown;
}

/** One request and its response, on any platform. */
export interface HttpExchange {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
}

/** The request and response of a context; `undefined` for transports that are not HTTP. */
export function findExchange(context: ExecutionContext): HttpExchange | undefined {
  if (context.getType() !== 'http') return undefined;
  const http = context.switchToHttp();
  return { request: http.getRequest<HttpRequest>(), response: http.getResponse<HttpResponse>() };
}

/** The same. Throws `transport_not_supported` for transports that are not HTTP. */
export function exchangeOf(context: ExecutionContext): HttpExchange {
  const exchange = findExchange(context);
  if (exchange !== undefined) return exchange;
  const reason = `the guard was asked about a handler of the transport "${context.getType()}"`;
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
 * Turns a refusal into NestJS's own exception, with the {@link AuthError} as its cause. The headers
 * are set on the response now: an exception filter of the application that writes its own body
 * keeps the challenge.
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

/** Keeps the cookies of the application: Fastify's `header` adds to them, Express has `append`. */
function addCookies(exchange: HttpExchange | undefined, cookies: readonly string[]): void {
  const { response } = exchange ?? {};
  if (response?.append === undefined) response?.header('Set-Cookie', cookies);
  else response.append('Set-Cookie', cookies);
}

/**
 * NestJS's own exception for a refusal, as `JwtAuthGuard` throws it: status, and a body with what a
 * client may know. For guards of your own, where `TokenService` rejects with an {@link AuthError}.
 * It carries **no** headers: only the guard sets the challenge of RFC 6750.
 */
export function toHttpException(error: AuthError): HttpException {
  return refuse(error, undefined);
}
