import { authgearProfile } from '../core/issuer/authgear.js';
import { authpiProfile } from '../core/issuer/authpi.js';
import { oidcProfile, type OidcClaims } from '../core/issuer/oidc.js';
import type { IssuerProfile } from '../core/issuer/profile.js';
import { isJsonObject } from '../core/types.js';
import type { IssuerOptions } from './options.js';

/** The options of one issuer. The functions below add the profile. */
export type ProfileOptions = Omit<IssuerOptions, 'profile'>;

/**
 * Options for an Authgear project: `RS256`, required claims `client_id` and `jti`, roles and flags
 * from the `https://authgear.com/claims/user/…` claims, machines recognized by `sub`, and an
 * `auth_time` that is the time of the authentication.
 */
export function authgear(options: ProfileOptions): IssuerOptions {
  return { ...options, profile: authgearProfile };
}

/**
 * Options for an AuthPI issuer: `ES256`, `EdDSA` and `RS256` from one key set, required claims
 * `client_id` and `jti`, a cooldown of 60 s, organizations, and machines and agents recognized by
 * `sub`. The `auth_time` of its access tokens equals `iat`, and **never** satisfies
 * `@MaxAuthAge()`. All AuthPI issuers share their keys: only `issuer` and `audience` reject the
 * tokens of another tenant.
 */
export function authpi(options: ProfileOptions): IssuerOptions {
  return { ...options, profile: authpiProfile };
}

/**
 * Options for any other issuer. The defaults follow RFC 9068; set options for the differences, such
 * as `typ: 'JWT'`, `scopesClaim: 'scp'` or `rolesClaim: ['realm_access', 'roles']`.
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
 * Returns the profile behind the opaque `Profile`. The default is Authgear's. Returns `undefined`
 * for a profile that the functions above did not create.
 */
export function profileOf(profile: unknown): IssuerProfile | undefined {
  if (profile === undefined) return authgearProfile;
  return isJsonObject(profile) && 'readUser' in profile
    ? (profile as unknown as IssuerProfile)
    : undefined;
}
