import { randomBytes } from 'node:crypto';
import {
  joinScope,
  type AccessTokenFields,
  type IssueContext,
  type TokenShape,
} from './token-shape.js';

const USER = 'https://authgear.com/claims/user';

function common(fields: AccessTokenFields, { issuer, now }: IssueContext) {
  const { clientId = 'test-client', audience = issuer, scope, expiresIn = 1800 } = fields;
  return {
    iss: issuer,
    aud: [audience].flat(),
    iat: now,
    exp: now + expiresIn,
    client_id: clientId,
    scope: joinScope(scope, 'openid offline_access https://authgear.com/scopes/full-access'),
    jti: randomBytes(32).toString('hex'),
  };
}

function accessClaims(fields: AccessTokenFields, context: IssueContext) {
  const {
    sub = 'test-user',
    amr = ['pwd', 'x_primary_password'],
    roles = [],
    authTime = context.now - 10,
  } = fields;
  const { isAnonymous = false, isVerified = true, canReauthenticate = true } = fields;
  return {
    ...common(fields, context),
    ...(authTime === null ? {} : { auth_time: authTime }),
    ...(amr.length === 0 ? {} : { amr }),
    sub,
    [`${USER}/is_anonymous`]: isAnonymous,
    [`${USER}/is_verified`]: isVerified,
    [`${USER}/can_reauthenticate`]: canReauthenticate,
    [`${USER}/roles`]: roles,
  };
}

/**
 * The tokens and keys of Authgear (authgear-server `pkg/lib/oauth/token_encoding.go`,
 * `pkg/lib/oauth/oidc/id_token.go`).
 */
export const authgearShape: TokenShape = {
  issuer: 'https://test-issuer.authgear.cloud',
  trust: (issuer) => ({ audience: issuer }),
  algorithms: ['RS256'],
  generations: 1,
  jwksPath: '/oauth2/jwks',
  cacheControl: undefined,
  etag: false,
  idTokenTyp: 'JWT',
  accessClaims,
  machineClaims: (fields, context) => {
    const { clientId = 'test-machine', audience = 'https://api.example', scope = '' } = fields;
    return {
      ...common({ ...fields, clientId, audience, scope }, context),
      sub: `client_id_${clientId}`,
    };
  },
  idClaims: (fields, context) => {
    const { clientId = 'test-client', expiresIn = 300 } = fields;
    const {
      client_id: _,
      scope: __,
      jti: ___,
      ...user
    } = accessClaims({ ...fields, audience: [clientId], expiresIn }, context);
    return { ...user, sid: 'b2f1c0de' };
  },
  readSession: (claims) => {
    const {
      sub,
      client_id: clientId,
      auth_time: authTime,
      amr = [],
      [`${USER}/roles`]: roles = [],
    } = claims;
    // ID tokens have no client_id.
    if (typeof clientId !== 'string' || sub === `client_id_${clientId}`) return undefined;
    const flags = {
      isAnonymous: claims[`${USER}/is_anonymous`],
      isVerified: claims[`${USER}/is_verified`],
    } as {
      isAnonymous: boolean;
      isVerified: boolean;
    };
    const canReauthenticate = claims[`${USER}/can_reauthenticate`] as boolean;
    const fields = {
      roles: roles as string[],
      amr: amr as string[],
      authTime: (authTime as number | undefined) ?? null,
      ...flags,
      canReauthenticate,
    };
    return { sub: sub as string, fields };
  },
  refreshClaims: undefined,
};
