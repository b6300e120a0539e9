import type { IssuerRules } from '../../lib/options/resolve-issuer.js';
import { authgearProfile } from '../../lib/core/issuer/authgear.js';

/** 2026-01-01T00:00:00Z, in epoch seconds. */
export const NOW = 1_767_225_600;

export const ISSUER = 'https://my-app.authgear.cloud';

/** An Authgear issuer as the options make it by default. */
export function trustedIssuer(changes: Partial<IssuerRules> = {}): IssuerRules {
  return {
    issuer: ISSUER,
    profile: authgearProfile,
    audience: [ISSUER],
    clientId: undefined,
    algorithms: ['RS256'],
    typ: ['at+jwt'],
    requiredClaims: ['iss', 'aud', 'exp', 'iat', 'sub', 'client_id', 'jti'],
    clockTolerance: 5,
    idToken: undefined,
    resolver: undefined,
    proxyHeaders: undefined,
    webhooks: undefined,
    userinfo: undefined,
    ...changes,
  };
}

/** The header of an Authgear access token. `undefined` takes a member away. */
export function headerWith(
  changes: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return without({ alg: 'RS256', kid: 'key-1', typ: 'at+jwt', ...changes });
}

/** The claims of an Authgear user token (wire facts, 1). `undefined` takes a claim away. */
export function claimsWith(
  changes: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return without({
    iss: ISSUER,
    aud: [ISSUER],
    iat: NOW - 60,
    exp: NOW + 1740,
    client_id: '497d841ea22f33d3',
    scope: 'openid offline_access https://authgear.com/scopes/full-access',
    auth_time: NOW - 70,
    amr: ['pwd', 'x_primary_password'],
    jti: '820a487ac1ce118cade7e8eca68e68a9288cf312343b83a5678f8bfd091b4768',
    sub: 'e3079029-f123-4c56-80c1-c2cd63a5b6af',
    'https://authgear.com/claims/user/is_anonymous': false,
    'https://authgear.com/claims/user/is_verified': true,
    'https://authgear.com/claims/user/can_reauthenticate': true,
    'https://authgear.com/claims/user/roles': ['store_manager'],
    ...changes,
  });
}

function without(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

/** A token part out of text or bytes. */
export function part(content: string | Uint8Array): string {
  return Buffer.from(content).toString('base64url');
}

/** A token in shape, out of any JSON values; its signature is nonsense. */
export function compose(
  header: unknown = headerWith(),
  claims: unknown = claimsWith(),
  signature = 'c2lnbmF0dXJl',
): string {
  return `${part(JSON.stringify(header))}.${part(JSON.stringify(claims))}.${signature}`;
}
