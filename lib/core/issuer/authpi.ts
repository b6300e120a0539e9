import type { Organization } from '../user.js';
import { claimRules, type ClaimRule } from './claim-types.js';
import { isJsonObject, type JsonObject } from '../types.js';
import { readScopes, unknownFields, type IssuerProfile } from './profile.js';

/**
 * Access tokens live for at most 30 minutes, refresh tokens for 7 days. A token that lives longer
 * than a day cannot be an access token.
 */
const ONE_DAY = 86_400;

interface OrganizationClaim {
  readonly id: string;
  readonly title?: string | null;
  readonly scopes: readonly string[];
  readonly joined_at?: number | null;
}

const ownRules: readonly ClaimRule[] = [
  {
    name: 'dat',
    holds: (value) => isJsonObject(value) && typeof value['type'] === 'string',
    words: 'an object with a "type"',
  },
  {
    name: 'organizations',
    holds: (value) => Array.isArray(value) && value.every(isOrganization),
    words: 'a list of organizations',
  },
];

function isOrganization(value: unknown): value is OrganizationClaim {
  if (!isJsonObject(value)) return false;
  const { id, title, scopes, joined_at: joinedAt } = value;
  return (
    typeof id === 'string' &&
    id !== '' &&
    (title === undefined || title === null || typeof title === 'string') &&
    Array.isArray(scopes) &&
    scopes.every((scope) => typeof scope === 'string') &&
    (joinedAt === undefined || joinedAt === null || Number.isFinite(joinedAt))
  );
}

/** AuthPI (authpi.com, tokens and organizations). */
export const authpiProfile: IssuerProfile = {
  name: 'AuthPI',
  optionProblems: [],
  algorithms: ['ES256', 'EdDSA', 'RS256'],
  requiredClaims: ['client_id', 'jti'],
  claimRules: [...claimRules({ sid: 'name' }), ...ownRules],
  audienceClaim: 'aud',
  clientIdClaim: 'client_id',
  // AuthPI's documentation: "At most one forced refetch a minute per process."
  cooldown: 60_000,

  findIssuerProblem({ username, password }, issuer) {
    if (/[?#]/.test(issuer) || username || password)
      return "AuthPI's issuer has no query, fragment or userinfo: remove them";
    return issuer.endsWith('/') ? "AuthPI's issuer has no trailing slash: remove it" : undefined;
  },

  // ID tokens and refresh tokens are JWTs signed with the same keys, without a `typ`.
  recognize({ typ }, { iat, exp }) {
    if (typ !== undefined) return undefined;
    const livesLong = typeof iat === 'number' && typeof exp === 'number' && exp - iat > ONE_DAY;
    return livesLong ? 'token_is_refresh_token' : 'token_is_id_token';
  },

  readUser: (claims) => ({
    ...unknownFields,
    scopes: readScopes(claims['scope']),
    // Subjects of machines start with `c_`, of agents with `agt_`, of users with `usr_`.
    isMachine: /^(?:c|agt)_/.test(claims['sub'] as string),
    // `auth_time` equals `iat`, also in refreshed tokens, so it is not the time of authentication.
    authTime: undefined,
    organizations: readOrganizations(claims),
    sessionId: claims['sid'] as string | undefined,
    principalType: (claims['dat'] as { type: string } | undefined)?.type,
  }),
};

function readOrganizations({ organizations = [] }: JsonObject): readonly Organization[] {
  const memberships = (organizations as readonly OrganizationClaim[]).map(
    ({ id, title, scopes, joined_at: joinedAt }) =>
      Object.freeze({ id, title: title ?? undefined, scopes, joinedAt: joinedAt ?? undefined }),
  );
  return Object.freeze(memberships);
}
