import type { Grant, KoaContextWithOIDC } from 'oidc-provider';
import { findUser } from './users.js';

/** Grants the requested scopes that the user may have. There is no consent page. */
export async function grantWhatIsAsked(
  { oidc }: KoaContextWithOIDC,
  issuer: string,
): Promise<Grant | undefined> {
  const { client, session, provider } = oidc;
  const user = findUser(session?.accountId);
  if (client === undefined || user === undefined) return undefined;

  const allowed = new Set(['openid', 'offline_access', ...user.scopes]);
  const asked = [...oidc.requestParamScopes];
  const grant = new provider.Grant({ clientId: client.clientId, accountId: user.sub });
  grant.addOIDCScope(asked.filter((scope) => allowed.has(scope)));
  grant.addResourceScope(
    issuer,
    asked.filter((scope) => allowed.has(scope)),
  );
  // The provider shows a consent page for a scope that is neither granted nor rejected.
  grant.rejectResourceScope(
    issuer,
    asked.filter((scope) => !allowed.has(scope)),
  );
  await grant.save();
  return grant;
}
