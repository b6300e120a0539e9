import { AuthError } from '../../core/errors.js';
import { headerFields, type HeaderSource } from '../../core/headers.js';

/**
 * RFC 6750 section 2.1, RFC 9110 section 11.1: the scheme ignores case, the token is a `token68`.
 */
const BEARER = /^Bearer +/i;
const TOKEN68 = /^[A-Za-z0-9._~+/-]+=*$/;
const BEARER_SCHEME = /^Bearer(?:\s|$)/i;
const SECOND_BEARER = /,\s*Bearer(?:\s|$)/i;

/**
 * Finds the bearer token of a request; `undefined` when it carries none, which another scheme
 * counts as. Throws `multiple_credentials` and `authorization_malformed`. Tokens in the query or
 * the body are never read (RFC 6750 section 5.3: they end up in logs).
 */
export function extractBearerToken(request: HeaderSource): string | undefined {
  const token = findBearerToken(request);
  if (token !== undefined) requireToken68(token);
  return token;
}

/**
 * The same without a look at each character, for whoever reads the token strictly and holds what is
 * no token to {@link requireToken68}: that look takes as long as the digest of the token.
 */
export function findBearerToken(request: HeaderSource): string | undefined {
  const fields = headerFields(request, 'authorization');
  if (fields.length > 1)
    throw new AuthError(
      'multiple_credentials',
      `the request has ${fields.length} Authorization headers`,
    );
  const authorization = fields[0];
  if (authorization === undefined) return undefined;

  const prefix = BEARER.exec(authorization)?.[0];
  const token = prefix && authorization.slice(prefix.length);
  if (token && !token.includes(' ') && !token.includes(',')) return token;
  if (
    SECOND_BEARER.test(authorization) ||
    (BEARER_SCHEME.test(authorization) && authorization.includes(','))
  ) {
    throw new AuthError(
      'multiple_credentials',
      'the Authorization header lists several credentials',
    );
  }
  if (BEARER_SCHEME.test(authorization)) throw malformed();
  return undefined;
}

/** Of a request that {@link findBearerToken} finds nothing in, for the log. */
export function describeNoCredential(request: HeaderSource): string {
  const hasOther = headerFields(request, 'authorization').length > 0;
  return (
    'the request has no ' +
    `credential${hasOther ? ': its Authorization header does not begin with "Bearer "' : ''}`
  );
}

/** Throws `authorization_malformed` for what can be no token of any kind. */
export function requireToken68(token: string): void {
  if (!TOKEN68.test(token)) throw malformed();
}

function malformed(): AuthError {
  return new AuthError(
    'authorization_malformed',
    'the Authorization header is not "Bearer <token>"',
  );
}
