import {
  BadRequestException,
  ForbiddenException,
  type HttpException,
  InternalServerErrorException,
  ServiceUnavailableException,
  UnauthorizedException,
} from '@nestjs/common';
import { answerTo, type Answer } from '../core/answer.js';
import type { AuthError } from '../core/errors.js';
import { withoutFrames } from '../core/frames.js';
import type { HttpExchange } from '../transports/http.js';

const exceptions = {
  400: { name: 'Bad Request', type: BadRequestException },
  401: { name: 'Unauthorized', type: UnauthorizedException },
  403: { name: 'Forbidden', type: ForbiddenException },
  500: { name: 'Internal Server Error', type: InternalServerErrorException },
  503: { name: 'Service Unavailable', type: ServiceUnavailableException },
} as const satisfies Record<Answer['status'], { name: string; type: typeof BadRequestException }>;

/**
 * Makes a refusal Nest's own exception, with the {@link AuthError} as its cause. The headers are
 * set on the response now: an application's exception filter that writes its own body keeps the
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

/**
 * Cookies that the application has set stay: Fastify's `header` adds to them, Express has a method
 * for it.
 */
function addCookies(exchange: HttpExchange | undefined, cookies: readonly string[]): void {
  const { response } = exchange ?? {};
  if (response?.append === undefined) response?.header('Set-Cookie', cookies);
  else response.append('Set-Cookie', cookies);
}
