import type { Clock } from '../clock.js';
import { toSeconds, type Duration } from '../duration.js';
import { AuthError } from '../errors.js';
import type { TrustedIssuer } from '../issuer/issuer.js';
import { printable } from '../printable.js';
import { deepFreeze, type Claims, type JsonObject } from '../types.js';
import type { AuthgearUser } from '../user.js';
import { audienceClaimOf, audienceOf, checkClaimsOfAny, checkTimes } from './claim-rules.js';
import { checkClaimTypes, claimRules } from '../issuer/claim-types.js';
import { checkAlgorithm, normalizeTyp, readKeyQuery } from './header-rules.js';
import { parseToken, type TokenContent } from './parse.js';
import { chooseIssuer, requireSignature, toleranceOf, type IssuerDirectory } from './verify.js';

/**
 * The expected owner of an ID token. At least one of `user` and `clientId` is required: an ID token
 * of an arbitrary client proves nothing.
 */
export interface IdTokenExpectation {
  /**
   * The user of the accompanying access token. The ID token must have the same issuer and the same
   * `sub`, and the client of the access token in `aud`.
   */
  readonly user?: Pick<AuthgearUser, 'issuer' | 'sub' | 'clientId'>;
  /** The client that must be in `aud` if there is no `user`, or if its token names no client. */
  readonly clientId?: string;
  /**
   * Maximum age of `auth_time`: seconds, or a string such as `'5m'`. Any other value rejects with a
   * `TypeError`.
   */
  readonly maxAge?: Duration;
}

/** The content of a verified ID token. Times are in epoch seconds. */
export interface VerifiedIdToken {
  readonly sub: string;
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly authTime: number;
  readonly expiresAt: number;
  /** All claims, deeply frozen. */
  readonly claims: Claims;
}

export type VerifyIdToken = (
  token: string,
  expected: IdTokenExpectation,
) => Promise<VerifiedIdToken>;

const idTokenClaims = claimRules({ azp: 'name' });
const REQUIRED = ['iss', 'aud', 'exp', 'iat', 'sub', 'auth_time'];

/**
 * Creates a verifier for ID tokens. It checks the rules of OpenID Connect Core 1.0 section 3.1.3.7,
 * and that the ID token has the same user and client as the accompanying access token. Otherwise
 * one user's recent ID token could satisfy the step-up of another user's request. Rejects with
 * `id_token_invalid`, or with an error of the kind `unavailable` if the token cannot be verified
 * now.
 */
export function createIdTokenVerifier(issuers: IssuerDirectory, clock: Clock): VerifyIdToken {
  return async (token, expected) => {
    const maxAge = readMaxAge(expected);
    try {
      return await verify(token, { ...expected, maxAge }, issuers, clock() / 1000);
    } catch (error) {
      if (!(error instanceof AuthError) || error.kind === 'unavailable') throw error;
      throw new AuthError(
        'id_token_invalid',
        `the ID token was refused (${error.code}): ${error.reason}`,
        { cause: error, facts: error.facts },
      );
    }
  };
}

/**
 * Returns the maximum age in seconds, by default `Infinity`. Throws for an invalid duration,
 * because it would otherwise allow any age.
 */
function readMaxAge({ maxAge }: IdTokenExpectation): number {
  if (maxAge === undefined) return Infinity;
  const seconds = toSeconds(maxAge);
  if (seconds === undefined)
    throw new TypeError(
      `verifyIdToken(): maxAge ${String(maxAge)} is not a number of seconds or a string such ` +
        `as '5m'`,
    );
  return seconds;
}

async function verify(
  token: string,
  expected: IdTokenExpectation & { readonly maxAge: number },
  issuers: IssuerDirectory,
  now: number,
): Promise<VerifiedIdToken> {
  const parsed = parseToken(token);
  const { header, claims } = parsed;
  const query = readKeyQuery(header);
  checkClaimsOfAny(claims, toleranceOf(issuers), now);
  const { issuer, keys } = await chooseIssuer(parsed, issuers);
  checkTyp(header);
  checkAlgorithm(header, issuer);
  checkIdClaims(claims, issuer, now);
  checkIsIdToken(parsed, issuer);
  const audience = audienceClaimOf(claims, 'aud');
  checkOwner(claims, audience, issuer, expected);
  const authTime = claims['auth_time'] as number;
  checkAge(authTime, expected.maxAge, now, issuer.clockTolerance);
  await requireSignature(parsed, await keys.find(query), query);
  return Object.freeze({
    sub: claims['sub'] as string,
    issuer: issuer.issuer,
    audience: Object.freeze(audience),
    authTime,
    expiresAt: claims['exp'] as number,
    claims: deepFreeze(claims),
  });
}

/** Refuses other types (RFC 8725 section 3.11): the type of an access token is `at+jwt`. */
function checkTyp({ typ }: JsonObject): void {
  if (typ === undefined || normalizeTyp(typ) === 'jwt') return;
  throw new AuthError(
    'typ_not_allowed',
    `"typ" is "${printable(typ)}", an ID token says "JWT" or nothing`,
  );
}

/**
 * Refuses other tokens of the issuer that resemble an ID token: refresh tokens of AuthPI, and
 * access tokens of issuers whose `typ` does not distinguish them.
 */
function checkIsIdToken({ header, claims }: TokenContent, issuer: TrustedIssuer): void {
  if (issuer.profile.recognize(header, claims) === 'token_is_refresh_token')
    throw new AuthError('token_is_refresh_token', 'it is a refresh token');
  const accepted = issuer.typ === 'any' || issuer.typ.includes(normalizeTyp(header['typ']));
  if (
    accepted &&
    audienceOf(claims, issuer.profile).some((audience) => issuer.audience.includes(audience))
  ) {
    throw new AuthError(
      'typ_not_allowed',
      'it would do as an access token of this API, so it is no proof of another authentication',
    );
  }
}

function checkIdClaims(claims: JsonObject, issuer: TrustedIssuer, now: number): void {
  checkClaimTypes(claims, issuer.profile.claimRules);
  checkClaimTypes(claims, idTokenClaims);
  const missing = REQUIRED.find((name) => !Object.hasOwn(claims, name));
  if (missing !== undefined)
    throw new AuthError('claim_missing', `the claim "${missing}" is missing`);
  checkTimes(claims, issuer.clockTolerance, now);
}

function checkOwner(
  claims: JsonObject,
  audience: readonly string[],
  issuer: TrustedIssuer,
  { user, clientId }: IdTokenExpectation,
): void {
  if (user !== undefined && user.issuer !== issuer.issuer)
    throw new AuthError('issuer_mismatch', 'it is of another issuer than the access token');
  if (user !== undefined && user.sub !== claims['sub'])
    throw new AuthError('claim_invalid', 'it is of another user than the access token');
  const client = user?.clientId ?? clientId;
  if (client !== undefined && clientId !== undefined && client !== clientId) {
    throw new AuthError(
      'client_not_allowed',
      'the access token was issued to another client than the expected one',
    );
  }
  if (client === undefined)
    throw new AuthError('client_not_allowed', 'there is no client to compare its "aud" with');
  if (!audience.includes(client))
    throw new AuthError(
      'audience_mismatch',
      `it was issued to another client than "${printable(client)}"`,
    );
  // Section 3.1.3.7, step 5: with several audiences, `azp` is the client that requested the token.
  if (Object.hasOwn(claims, 'azp') && claims['azp'] !== client)
    throw new AuthError('client_not_allowed', 'its "azp" is another client');
}

function checkAge(authTime: number, maxAge: number, now: number, tolerance: number): void {
  if (authTime > now + tolerance)
    throw new AuthError(
      'authentication_time_in_future',
      '"auth_time" is in the future by the clock of this machine',
    );
  if (now - authTime > maxAge) {
    throw new AuthError(
      'authentication_too_old',
      `the user authenticated ${Math.floor(now - authTime)} s ago, more than ${maxAge} s`,
    );
  }
}
