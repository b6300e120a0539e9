import { AuthError } from '../../core/errors.js';
import type { HttpRequest, ReadableRequest } from '../../transports/http.js';

/**
 * Where the ID token stands beside the access token: a header, or what a function finds in the
 * request.
 */
export type IdTokenSource =
  { readonly header: string } | { readonly from: (request: ReadableRequest) => string | undefined };

/**
 * Finds the ID token; `undefined` when there is none. Two headers, or something else than text, is
 * `id_token_invalid`: present but bad.
 */
export function extractIdToken(source: IdTokenSource, request: HttpRequest): string | undefined {
  const token: unknown =
    'header' in source ? request.headers[source.header.toLowerCase()] : source.from(request);
  if (token === undefined) return undefined;
  if (typeof token === 'string') return token;
  throw new AuthError('id_token_invalid', 'the ID token is not one text');
}
