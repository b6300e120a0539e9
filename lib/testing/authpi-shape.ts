import { randomUUID } from 'node:crypto';
import { authpiProfile } from '../core/issuer/authpi.js';
import {
  joinScope,
  type AccessTokenFields,
  type IssueContext,
  type TokenShape,
} from './token-shape.js';

function common(fields: AccessTokenFields, { issuer, now }: IssueContext) {
  const { clientId = 'c_test', audience = clientId, scope, expiresIn = 1800 } = fields;
  return {
    iss: issuer,
    aud: audience,
    iat: now,
    exp: now + expiresIn,
    // AuthPI uses the time of issue, also in refreshed tokens.
    auth_time: now,
    jti: randomUUID(),
    client_id: clientId,
    scope: joinScope(scope, 'openid'),
  };
}

function person(
  { sub = 'usr_test', organizations = [] }: AccessTokenFields,
  { now }: IssueContext,
) {
  return {
    sub,
    sid: 's_test',
    dat: { type: 'identity' },
    organizations: organizations.map(
      ({ id = 'org_test', title, scopes = [], joinedAt = now - 86_400 }) => ({
        id,
        title: title ?? null,
        scopes,
        joined_at: joinedAt,
      }),
    ),
  };
}

/** The tokens and keys of AuthPI (authpi.com, tokens, organizations and key rotation). */
export const authpiShape: TokenShape = {
  issuer: 'https://idp.authpi.com/test',
  trust: () => ({ audience: 'c_test', profile: authpiProfile }),
  algorithms: ['ES256', 'EdDSA', 'RS256'],
  generations: 2,
  jwksPath: '/jwks.json',
  cacheControl: 'public, max-age=3600',
  etag: true,
  idTokenTyp: undefined,
  accessClaims: (fields, context) => ({ ...common(fields, context), ...person(fields, context) }),
  machineClaims: (fields, context) => ({
    ...common(fields, context),
    sub: fields.sub ?? fields.clientId ?? 'c_test',
    dat: { type: fields.sub?.startsWith('agt_') === true ? 'agent' : 'key' },
  }),
  idClaims: (fields, context) => {
    const { clientId = 'c_test', expiresIn = 300, authTime = context.now - 10 } = fields;
    const {
      client_id: _,
      scope: __,
      jti: ___,
      ...issued
    } = common({ ...fields, audience: clientId, expiresIn }, context);
    return {
      ...issued,
      ...person(fields, context),
      ...(authTime === null ? {} : { auth_time: authTime }),
    };
  },
  refreshClaims: (fields, context) => ({
    ...common({ ...fields, expiresIn: 7 * 86_400 }, context),
    ...person(fields, context),
  }),
};
