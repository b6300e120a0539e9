import { AuthError } from '../core/errors.js';
import { headerFields, type HttpRequest } from './http-exchange.js';

/** RFC 6750 section 2.1, RFC 9110 section 11.1: the scheme ignores case, the token is a `token68`. */
const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;
const BEARER_SCHEME = /^Bearer(?:\s|$)/i;
const SECOND_BEARER = /,\s*Bearer(?:\s|$)/i;

/**
 * Finds the bearer token of a request; `undefined` when it carries none, which another scheme counts as. Throws `multiple_credentials`
 * and `authorization_malformed`. Tokens in the query or the body are never read (RFC 6750 section 5.3: they end up in logs).
 */
export function extractBearerToken(request: HttpRequest): string | undefined {
  const [authorization, ...more] = headerFields(request, 'authorization');
  if (more.length > 0) throw new AuthError('multiple_credentials', `the request has ${more.length + 1} Authorization headers`);
  if (authorization === undefined) return undefined;

  const token = BEARER.exec(authorization)?.[1];
  if (token !== undefined) return token;
  if (SECOND_BEARER.test(authorization) || (BEARER_SCHEME.test(authorization) && authorization.includes(','))) {
    throw new AuthError('multiple_credentials', 'the Authorization header lists several credentials');
  }
  if (BEARER_SCHEME.test(authorization)) throw new AuthError('authorization_malformed', 'the Authorization header is not "Bearer <token>"');
  return undefined;
}
