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
 * To whom an ID token must belong. At least one of `user` and `clientId` is needed: an ID token of
 * any client proves nothing.
 */
export interface IdTokenExpectation {
  /**
   * The user of the access token that it came with: same issuer, same `sub`, and its client in
   * `aud`.
   */
  readonly user?: Pick<AuthgearUser, 'issuer' | 'sub' | 'clientId'>;
  /** The client that must be in `aud`, when there is no `user` or its token names none. */
  readonly clientId?: string;
  /**
   * How long ago `auth_time` may be: seconds, or a string such as `'5m'`. Whatever else rejects
   * with a `TypeError`.
   */
  readonly maxAge?: Duration;
}

/** What a genuine ID token says. Times are epoch seconds. */
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
 * The rules of OpenID Connect Core 1.0 section 3.1.3.7, and the two that tie an ID token to the
 * access token beside it: same user, same client. Without them, one user's fresh ID token would
 * step up another user's call. Rejects with `id_token_invalid`, or as unavailable when nobody can
 * tell now.
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

/** What is no duration would be longer than any age. */
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

/** RFC 8725 section 3.11: an access token in its place says `at+jwt`. */
function checkTyp({ typ }: JsonObject): void {
  if (typ === undefined || normalizeTyp(typ) === 'jwt') return;
  throw new AuthError(
    'typ_not_allowed',
    `"typ" is "${printable(typ)}", an ID token says "JWT" or nothing`,
  );
}

/**
 * Other tokens of the issuer that look like one: AuthPI's refresh tokens, and access tokens of
 * issuers whose `typ` does not tell.
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
  // Section 3.1.3.7, 5: of several audiences, `azp` is the one that asked.
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
