import { AuthError } from '../errors.js';
import type { TrustedIssuer } from '../issuer/issuer.js';
import type { IssuerProfile } from '../issuer/profile.js';
import { printable } from '../printable.js';
import type { JsonObject } from '../types.js';
import { checkClaimTypes, checkRegisteredClaims } from '../issuer/claim-types.js';

/**
 * Checks the rules that apply to the tokens of every issuer: types of the registered claims, and
 * times. A refusal reveals nothing about the configured issuers. `tolerance` is the largest of all
 * issuers, and `now` is in epoch seconds, not rounded.
 */
export function checkClaimsOfAny(claims: JsonObject, tolerance: number, now: number): void {
  checkRegisteredClaims(claims);
  if (claims['exp'] !== undefined) checkTimes(claims, tolerance, now);
}

/** Refuses an access token that is bound to a key (`cnf`, RFC 7800), because none was proven. */
export function checkUnbound(claims: JsonObject): void {
  if (Object.hasOwn(claims, 'cnf'))
    throw new AuthError(
      'token_sender_constrained',
      'the token has "cnf" and was sent as a bearer token',
    );
}

/**
 * Checks the claims against the rules of an issuer (RFC 9068 section 4, RFC 7519 section 4.1). It
 * runs before the signature is verified, and only refuses: no claim is trusted yet.
 */
export function checkClaims(claims: JsonObject, issuer: TrustedIssuer, now: number): void {
  checkClaimTypes(claims, issuer.profile.claimRules);
  checkAudience(claims, issuer);
  checkTimes(claims, issuer.clockTolerance, now);
  for (const name of issuer.requiredClaims) {
    if (!Object.hasOwn(claims, name) || claims[name] === null) throw missing(name);
  }
  checkClient(claims, issuer);
}

/**
 * Checks the audience, times and client of a cached token again. The order is that of
 * {@link checkClaims}, so that the same refusal comes first.
 */
export function checkClaimsAgain(claims: JsonObject, issuer: TrustedIssuer, now: number): void {
  checkAudience(claims, issuer);
  checkTimes(claims, issuer.clockTolerance, now);
  checkClient(claims, issuer);
}

/** Returns the audience of a token as a list. */
export function audienceOf(
  claims: JsonObject,
  { audienceClaim }: IssuerProfile,
): readonly string[] {
  return audienceClaimOf(claims, audienceClaim);
}

export function audienceClaimOf(claims: JsonObject, name: string): readonly string[] {
  const aud = claims[name];
  return typeof aud === 'string' ? [aud] : ((aud as readonly string[] | undefined) ?? []);
}

/** Longer lists of audiences are searched with a set, and truncated in the log. */
const FEW = 20;

function checkAudience(claims: JsonObject, { audience, profile }: TrustedIssuer): void {
  const { audienceClaim } = profile;
  if (!Object.hasOwn(claims, audienceClaim)) throw missing(audienceClaim);
  const given = audienceOf(claims, profile);
  const accepted = given.length > FEW ? new Set(audience) : undefined;
  const isAccepted = (value: string): boolean => accepted?.has(value) ?? audience.includes(value);
  if (given.some(isAccepted)) return;

  const almost = given.some((value) => differsByTrailingSlash(value, isAccepted));
  const aud = given.slice(0, FEW).join(' ');
  const reason = `"${audienceClaim}" is "${printable(aud)}", accepted: "${audience.join('", "')}"`;
  throw new AuthError(almost ? 'audience_trailing_slash' : 'audience_mismatch', reason, {
    facts: { aud },
  });
}

/** Maximum clock tolerance, in seconds. */
export const MAX_CLOCK_TOLERANCE = 120;

/** Checks `exp`, `nbf` and `iat` against `now`, which is not rounded. All are in epoch seconds. */
export function checkTimes(claims: JsonObject, tolerance: number, now: number): void {
  const { exp, nbf, iat } = claims as { exp?: number; nbf?: number; iat?: number };
  if (exp === undefined) throw missing('exp');
  if (now >= exp + tolerance)
    throw new AuthError('token_expired', `the token expired ${ago(now - exp)} ago`);
  if (nbf !== undefined && nbf > now + tolerance) {
    throw new AuthError(
      'token_not_yet_valid',
      `"nbf" is ${ago(nbf - now)} in the future by the clock of this machine`,
    );
  }
  if (iat !== undefined && iat > now + tolerance) {
    throw new AuthError(
      'token_issued_in_future',
      `"iat" is ${ago(iat - now)} in the future by the clock of this machine`,
    );
  }
}

function checkClient(
  claims: JsonObject,
  { clientId: allowed, profile: { clientIdClaim } }: TrustedIssuer,
): void {
  if (allowed === undefined) return;
  const clientId = claims[clientIdClaim];
  if (typeof clientId !== 'string') throw missing(clientIdClaim);
  if (allowed.includes(clientId)) return;
  const given = `"${clientIdClaim}" is "${printable(clientId)}"`;
  const reason = `${given}, which is not in the option "clientId"`;
  throw new AuthError('client_not_allowed', reason, { facts: { clientId } });
}

/**
 * Whether a URL differs from an accepted one only by a trailing slash, which is a common
 * configuration mistake.
 */
export function differsByTrailingSlash(url: string, isAccepted: (url: string) => boolean): boolean {
  return isAccepted(`${url}/`) || (url.endsWith('/') && isAccepted(url.slice(0, -1)));
}

function missing(name: string): AuthError {
  return new AuthError('claim_missing', `the claim "${name}" is missing`);
}

function ago(seconds: number): string {
  return `${Math.round(seconds)} s`;
}
