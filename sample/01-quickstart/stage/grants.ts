import type { Grant, KoaContextWithOIDC } from 'oidc-provider';
import { findUser } from './users.js';

/** Consent without a page that asks for it: what the client asks for and the user may have, and nothing that was not asked for. */
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
  // Refused in so many words: the provider would ask the user about a scope that is neither granted nor refused.
  grant.rejectResourceScope(
    issuer,
    asked.filter((scope) => !allowed.has(scope)),
  );
  await grant.save();
  return grant;
}
