import type { HttpException } from '@nestjs/common';
import type { AuthError } from '../core/errors.js';
import { refuse } from './refuse.js';

/**
 * NestJS's own exception for a refusal, as {@link JwtAuthGuard} throws it: status, and a body with
 * what a client may know. For guards of your own, where `TokenService` rejects with an
 * {@link AuthError}. It carries **no** headers: the challenge of RFC 6750 is for HTTP, which the
 * guard is for.
 */
export function toHttpException(error: AuthError): HttpException {
  return refuse(error, undefined);
}
