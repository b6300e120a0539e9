import { AuthError } from '../../core/errors.js';
import type { IdTokenSource, ReadableRequest } from '../../options/contracts.js';

/**
 * Finds the ID token beside the access token; `undefined` when there is none. Two headers, or
 * anything but text, is `id_token_invalid`: present but bad.
 */
export function extractIdToken(
  source: IdTokenSource,
  request: ReadableRequest,
): string | undefined {
  const token: unknown =
    'header' in source ? request.headers[source.header.toLowerCase()] : source.from(request);
  if (token === undefined || typeof token === 'string') return token;
  throw new AuthError('id_token_invalid', 'the ID token is not one text');
}
