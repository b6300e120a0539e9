import { AuthError } from '../../core/errors.js';
import { headerFields, type HeaderSource } from '../../core/headers.js';

/**
 * RFC 6750 section 2.1, RFC 9110 section 11.1: the scheme is case-insensitive, the token is a
 * `token68`.
 */
const BEARER = /^Bearer {1,64}/i;
const TOKEN68 = /^[A-Za-z0-9._~+/-]+=*$/;
const BEARER_SCHEME = /^Bearer(?:\s|$)/i;
const SECOND_BEARER = /,\s*Bearer(?:\s|$)/i;

/** Characters in which another scheme is searched for a second credential. */
const MAX_SEARCHED = 2_048;

/**
 * Finds the bearer token of a request; `undefined` when it carries none, or uses another scheme.
 * Throws `multiple_credentials` and `authorization_malformed`. Never reads tokens from the query or
 * the body (RFC 6750 section 5.3: they end up in logs).
 */
export function extractBearerToken(request: HeaderSource): string | undefined {
  const token = findBearerToken(request);
  if (token !== undefined) requireToken68(token);
  return token;
}

/**
 * Like {@link extractBearerToken}, without the check of each character: that check takes as long as
 * the digest of the token. The caller must parse the token strictly, and pass a token that does not
 * parse to {@link requireToken68}.
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
  const isBearer = BEARER_SCHEME.test(authorization);
  const hasSecond = isBearer
    ? authorization.includes(',')
    : SECOND_BEARER.test(authorization.slice(0, MAX_SEARCHED));
  if (hasSecond) {
    throw new AuthError(
      'multiple_credentials',
      'the Authorization header lists several credentials',
    );
  }
  if (isBearer) throw malformed();
  return undefined;
}

/** Describes, for the log, a request in which {@link findBearerToken} finds no token. */
export function describeNoCredential(request: HeaderSource): string {
  const hasOther = headerFields(request, 'authorization').length > 0;
  return (
    'the request has no ' +
    `credential${hasOther ? ': its Authorization header does not begin with "Bearer "' : ''}`
  );
}

/** Throws `authorization_malformed` for a value that is not a `token68`. */
export function requireToken68(token: string): void {
  if (!TOKEN68.test(token)) throw malformed();
}

function malformed(): AuthError {
  return new AuthError(
    'authorization_malformed',
    'the Authorization header is not "Bearer <token>"',
  );
}
