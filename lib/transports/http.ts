import {
  BadRequestException,
  ForbiddenException,
  InternalServerErrorException,
  ServiceUnavailableException,
  UnauthorizedException,
  type HttpException,
} from '@nestjs/common';
import { answerTo, type Answer } from '../core/answer.js';
import type { AuthError } from '../core/errors.js';
import { withoutFrames } from '../core/frames.js';
import type { HttpRequest, Transport } from './transport.js';

/**
 * The parts of a response that the library uses. Express and Fastify both have `header`. Only
 * Express has `append`; Fastify's `header` appends cookies itself.
 */
export interface HttpResponse {
  header(name: string, value: string | readonly string[]): unknown;
  append?(name: string, value: string | readonly string[]): unknown;
}

/** HTTP, on Express and Fastify. */
export const http: Transport = {
  requestOf: (context) => context.switchToHttp().getRequest<HttpRequest>(),
  operationOf: () => undefined,
  callOf: (context) => context.switchToHttp().getRequest<HttpRequest>(),
  refuse: (error, context) => refuse(error, context.switchToHttp().getResponse<HttpResponse>()),
};

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
export function refuse(error: AuthError, response: HttpResponse | undefined): HttpException {
  const answer = answerTo(error);
  if (response !== undefined) setHeaders(response, answer);
  const { status, message, code } = answer;
  const { name, type: Exception } = exceptions[status];
  return withoutFrames(
    () => new Exception({ statusCode: status, error: name, message, code }, { cause: error }),
  );
}

/** Sets the headers of a refusal, and adds its cookies to those of the application. */
export function setHeaders(response: HttpResponse, { headers, setCookie }: Answer): void {
  for (const [name, value] of Object.entries(headers)) response.header(name, value);
  if (setCookie.length === 0) return;
  if (response.append === undefined) response.header('Set-Cookie', setCookie);
  else response.append('Set-Cookie', setCookie);
}

/**
 * Converts an {@link AuthError}, for example from `TokenService`, to the NestJS exception that
 * `JwtAuthGuard` throws: the status, and a body with the public message and code. For your own
 * guards. It sets **no** headers: only `JwtAuthGuard` sends the challenge of RFC 6750.
 */
export function toHttpException(error: AuthError): HttpException {
  return refuse(error, undefined);
}
