import { authgearProfile } from '../core/issuer/authgear.js';
import { authpiProfile } from '../core/issuer/authpi.js';
import { oidcProfile, type OidcClaims } from '../core/issuer/oidc.js';
import type { IssuerProfile } from '../core/issuer/profile.js';
import { isJsonObject } from '../core/types.js';
import type { IssuerOptions } from './options.js';

/** What the application writes down for one issuer; the profile is added by the functions below. */
export type ProfileOptions = Omit<IssuerOptions, 'profile'>;

/**
 * An Authgear project: `RS256`, `client_id` and `jti` required, roles and flags from the
 * `https://authgear.com/claims/user/…` claims, machines by `sub`, and an `auth_time` that means
 * what it says.
 */
export function authgear(options: ProfileOptions): IssuerOptions {
  return { ...options, profile: authgearProfile };
}

/**
 * An AuthPI issuer: `ES256`, `EdDSA` and `RS256` from one key set, `client_id` and `jti` required,
 * a cooldown of 60 s, organizations, and machines and agents by `sub`. Its access token's
 * `auth_time` equals `iat` and **never** satisfies `@MaxAuthAge()`. All AuthPI issuers share their
 * keys: only `issuer` and `audience` keep another tenant's tokens out.
 */
export function authpi(options: ProfileOptions): IssuerOptions {
  return { ...options, profile: authpiProfile };
}

/**
 * Any other issuer: RFC 9068 as it stands, and what differs from it by explicit option, such as
 * `typ: 'JWT'`, `scopesClaim: 'scp'` or `rolesClaim: ['realm_access', 'roles']`.
 */
export function oidc({
  scopesClaim,
  rolesClaim,
  clientIdClaim,
  audienceClaim,
  trustAuthTime,
  ...options
}: ProfileOptions & OidcClaims): IssuerOptions {
  const claims = { scopesClaim, rolesClaim, clientIdClaim, audienceClaim, trustAuthTime };
  const given = Object.fromEntries(
    Object.entries(claims).filter(([, value]) => value !== undefined),
  ) as OidcClaims;
  return { ...options, profile: oidcProfile(given) };
}

/**
 * The profile behind the opaque `Profile`; Authgear by default, `undefined` for one that was
 * made by hand.
 */
export function profileOf(profile: unknown): IssuerProfile | undefined {
  if (profile === undefined) return authgearProfile;
  return isJsonObject(profile) && 'readUser' in profile
    ? (profile as unknown as IssuerProfile)
    : undefined;
}
