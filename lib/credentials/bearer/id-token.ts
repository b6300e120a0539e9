import { AuthError } from '../../core/errors.js';
import type { IdTokenSource, ReadableRequest } from '../../options/contracts.js';

/**
 * Finds the ID token that accompanies the access token; `undefined` when there is none. Throws
 * `id_token_invalid` for a repeated header and for a value that is not a string.
 */
export function extractIdToken(
  source: IdTokenSource,
  request: ReadableRequest,
): string | undefined {
  const token: unknown =
    'header' in source ? request.headers[source.header.toLowerCase()] : source.from(request);
  if (token === undefined || typeof token === 'string') return token;
  throw new AuthError('id_token_invalid', 'the ID token is not a single string');
}
