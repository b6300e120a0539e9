import { claimRules, type ClaimRule } from './claim-types.js';
import { isJsonObject, isName, none, type JsonObject } from '../types.js';
import { readScopes, unknownFields, type IssuerProfile, type OptionProblem } from './profile.js';

/**
 * The name of a claim, or the path to a nested claim: `['realm_access', 'roles']`.
 */
export type ClaimPath = string | readonly string[];

/** The claims of an issuer that is neither Authgear nor AuthPI. */
export interface OidcClaims {
  /**
   * The claim with the scopes: a space-separated string or a list (Okta: `scp`, Entra: `scp`).
   * @default 'scope'
   */
  readonly scopesClaim?: string;
  /**
   * The claim with the roles, a list of strings (Keycloak: `['realm_access', 'roles']`, Auth0:
   * `'permissions'`, Entra: `'roles'`).
   * @default no roles
   */
  readonly rolesClaim?: ClaimPath;
  /**
   * The claim with the client id (Keycloak, Auth0, Entra: `azp`, Okta: `cid`).
   * @default 'client_id'
   */
  readonly clientIdClaim?: string;
  /**
   * The claim that must match `audience`, for issuers whose access tokens have no `aud` (Cognito:
   * `client_id`).
   * @default 'aud'
   */
  readonly audienceClaim?: string;
  /**
   * Whether `auth_time` of the access token is the time at which the user authenticated (RFC 9068
   * section 2.2.1). With `false`, it never satisfies `@MaxAuthAge()`.
   * @default true
   */
  readonly trustAuthTime?: boolean;
}

/** Creates the profile of any other issuer: RFC 9068, with the differences set by options. */
export function oidcProfile(options: OidcClaims): IssuerProfile {
  const optionProblems = findOptionProblems(options);
  // Invalid options are never used, because they abort the startup.
  const {
    scopesClaim = 'scope',
    rolesClaim,
    clientIdClaim = 'client_id',
    audienceClaim = 'aud',
    trustAuthTime = true,
  } = optionProblems.length > 0 ? {} : options;
  return {
    name: 'OpenID Connect',
    optionProblems,
    algorithms: ['ES256', 'EdDSA', 'RS256'],
    requiredClaims: [],
    claimRules: [
      ...claimRules({
        [scopesClaim]: scopesClaim === 'scope' ? 'string' : 'string or strings',
        [clientIdClaim]: 'name',
      }),
      ...claimRules({ [audienceClaim]: 'string or strings' }),
      ...(rolesClaim === undefined ? [] : [rolesRule(rolesClaim)]),
    ],
    audienceClaim,
    clientIdClaim,
    cooldown: 30_000,

    findIssuerProblem: ({ username, password }, issuer) =>
      /[?#]/.test(issuer) || username || password
        ? 'An issuer has no query, fragment or userinfo: remove them'
        : undefined,

    // Only ID tokens have these claims (OpenID Connect Core 1.0 sections 2 and 3.1.3.6).
    recognize: (_, claims) =>
      'nonce' in claims || 'at_hash' in claims || 'c_hash' in claims
        ? 'token_is_id_token'
        : undefined,

    readUser: (claims) => ({
      ...unknownFields,
      scopes: readScopes(claims[scopesClaim]),
      roles:
        (rolesClaim === undefined
          ? undefined
          : (read(claims, rolesClaim) as readonly string[] | undefined)) ?? none,
      isMachine: claims['sub'] === claims[clientIdClaim],
      authTime: trustAuthTime ? (claims['auth_time'] as number | undefined) : undefined,
      sessionId: typeof claims['sid'] === 'string' ? claims['sid'] : undefined,
    }),
  };
}

function read(claims: JsonObject, path: ClaimPath): unknown {
  return [path]
    .flat()
    .reduce<unknown>(
      (value, name) =>
        isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined,
      claims,
    );
}

/** Creates the rule for the outermost claim, which contains the path. */
function rolesRule(path: ClaimPath): ClaimRule {
  const name = [path].flat()[0] as string;
  const holds = (value: unknown) => {
    const roles = read({ [name]: value }, path);
    return (
      roles === undefined ||
      (Array.isArray(roles) && roles.every((role) => typeof role === 'string'))
    );
  };
  return {
    name,
    holds,
    words:
      typeof path === 'string'
        ? 'a list of strings'
        : `an object with a list of strings at ${path.slice(1).join('.')}`,
  };
}

function isPath(value: unknown): boolean {
  return isName(value) || (Array.isArray(value) && value.length > 0 && value.every(isName));
}

function findOptionProblems(options: OidcClaims): OptionProblem[] {
  const rules: Readonly<
    Record<keyof OidcClaims, { holds: (value: unknown) => boolean; fix: string }>
  > = {
    scopesClaim: { holds: isName, fix: 'It must be the name of a claim.' },
    rolesClaim: {
      holds: isPath,
      fix:
        'It must be the name of a claim, or the path to a nested claim such as ' +
        "['realm_access', 'roles'].",
    },
    clientIdClaim: { holds: isName, fix: 'It must be the name of a claim.' },
    audienceClaim: { holds: isName, fix: 'It must be the name of a claim.' },
    trustAuthTime: {
      holds: (value) => typeof value === 'boolean',
      fix: 'It must be true or false.',
    },
  };
  return Object.entries(rules).flatMap(([option, { holds, fix }]) => {
    const received: unknown = options[option as keyof OidcClaims];
    return received === undefined || holds(received) ? [] : [{ option, received, fix }];
  });
}
