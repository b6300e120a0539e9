import { randomBytes } from 'node:crypto';
import type { Configuration } from 'oidc-provider';
import { findUser } from './users.js';

const USER = 'https://authgear.com/claims/user';

/**
 * The claims that Authgear adds to those of RFC 9068. A refreshed token keeps the `auth_time` of
 * its sign-in.
 */
export const accessTokenClaims: NonNullable<Configuration['extraTokenClaims']> = (ctx, token) => {
  const user = findUser('accountId' in token ? token.accountId : undefined);
  const { AuthorizationCode, RefreshToken } = ctx.oidc.entities;
  const source = AuthorizationCode ?? RefreshToken;
  if (user === undefined || source === undefined) return undefined;
  return {
    auth_time: source.authTime,
    amr: source.amr,
    [`${USER}/is_anonymous`]: false,
    [`${USER}/is_verified`]: user.isVerified,
    [`${USER}/can_reauthenticate`]: true,
    [`${USER}/roles`]: user.roles,
  };
};

/** Authgear tokens have an array of one audience, and a longer token ID. */
export function likeAuthgear(
  _ctx: unknown,
  _token: unknown,
  jwt: { payload: Record<string, unknown> },
): void {
  jwt.payload['aud'] = [jwt.payload['aud']];
  jwt.payload['jti'] = randomBytes(32).toString('hex');
}
