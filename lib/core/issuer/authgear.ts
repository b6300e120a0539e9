import { claimRules } from './claim-types.js';
import { none } from '../types.js';
import { readScopes, unknownFields, type IssuerProfile } from './profile.js';

const USER = 'https://authgear.com/claims/user';
const ROLES = `${USER}/roles`;
const IS_ANONYMOUS = `${USER}/is_anonymous`;
const IS_VERIFIED = `${USER}/is_verified`;
const CAN_REAUTHENTICATE = `${USER}/can_reauthenticate`;

const OTHERS = 'If this is not Authgear: issuers: [oidc({ issuer, audience })]';

/** Authgear (authgear-server `pkg/lib/oauth/token_encoding.go`). */
export const authgearProfile: IssuerProfile = {
  name: 'Authgear',
  optionProblems: [],
  algorithms: ['RS256'],
  requiredClaims: ['client_id', 'jti'],
  claimRules: claimRules({
    [ROLES]: 'strings',
    [IS_ANONYMOUS]: 'boolean',
    [IS_VERIFIED]: 'boolean',
    [CAN_REAUTHENTICATE]: 'boolean',
  }),
  audienceClaim: 'aud',
  clientIdClaim: 'client_id',
  cooldown: 30_000,

  findIssuerProblem({ origin, pathname }, issuer) {
    if (issuer === origin) return undefined;
    if (issuer === `${origin}/`)
      return `Authgear's issuer has no trailing slash: remove it. ${OTHERS}`;
    if (pathname !== '/')
      return `Authgear's issuer is an origin: remove the path and use "${origin}". ${OTHERS}`;
    return `Authgear's issuer is an origin: use "${origin}". ${OTHERS}`;
  },

  // ID tokens have the same key and issuer as access tokens. Their `aud` is the client, and they
  // have neither `client_id` nor `jti`. Some issuers that imitate Authgear send no `typ`.
  recognize: ({ typ }, claims) => {
    const isPlain = typ === undefined || (typeof typ === 'string' && /^jwt$/i.test(typ));
    const isIdToken = isPlain && claims['client_id'] === undefined && claims['jti'] === undefined;
    return isIdToken ? 'token_is_id_token' : undefined;
  },

  readUser: (claims) => ({
    ...unknownFields,
    scopes: readScopes(claims['scope']),
    roles: (claims[ROLES] as string[] | undefined) ?? none,
    isAnonymous: claims[IS_ANONYMOUS] as boolean | undefined,
    isVerified: claims[IS_VERIFIED] as boolean | undefined,
    canReauthenticate: claims[CAN_REAUTHENTICATE] as boolean | undefined,
    isMachine: claims['sub'] === `client_id_${String(claims['client_id'])}`,
    authTime: claims['auth_time'] as number | undefined,
  }),
};
