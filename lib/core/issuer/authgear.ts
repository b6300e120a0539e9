import { claimRules } from '../token/claim-types.js';
import type { IssuerProfile } from './profile.js';

const USER = 'https://authgear.com/claims/user';
const ROLES = `${USER}/roles`;
const IS_ANONYMOUS = `${USER}/is_anonymous`;
const IS_VERIFIED = `${USER}/is_verified`;
const CAN_REAUTHENTICATE = `${USER}/can_reauthenticate`;

/** Authgear (authgear-server `pkg/lib/oauth/token_encoding.go`). */
export const authgearProfile: IssuerProfile = {
  name: 'Authgear',
  algorithms: ['RS256'],
  requiredClaims: ['client_id', 'jti'],
  claimRules: claimRules({ [ROLES]: 'strings', [IS_ANONYMOUS]: 'boolean', [IS_VERIFIED]: 'boolean', [CAN_REAUTHENTICATE]: 'boolean' }),

  findIssuerProblem({ pathname, search, hash, username, password }, issuer) {
    if (/[?#]/.test(issuer) || search || hash || username || password) return "Authgear's issuer is an origin: take everything after the host away";
    if (pathname !== '/') return "Authgear's issuer is an origin: take the path away";
    if (issuer.endsWith('/')) return "Authgear's issuer has no trailing slash: take it away";
    return undefined;
  },

  // Same key and issuer as an access token; `aud` is the client, and there is neither `client_id` nor `jti`.
  isIdToken: (header, claims) => /^jwt$/i.test(String(header['typ'])) && !Object.hasOwn(claims, 'client_id') && !Object.hasOwn(claims, 'jti'),

  readUser: (claims) => ({
    roles: (claims[ROLES] as string[] | undefined) ?? [],
    isAnonymous: claims[IS_ANONYMOUS] as boolean | undefined,
    isVerified: claims[IS_VERIFIED] as boolean | undefined,
    canReauthenticate: claims[CAN_REAUTHENTICATE] as boolean | undefined,
    isMachine: claims['sub'] === `client_id_${String(claims['client_id'])}`,
    authTime: claims['auth_time'] as number | undefined,
  }),
};
