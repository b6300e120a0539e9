import { createHash, randomBytes } from 'node:crypto';
import type { Settings } from './settings.js';

/** Signs alice in over HTTP, as a browser does: the authorization code flow with PKCE. */
export async function getFirstToken({ issuer, clientId, pageUrl }: Settings): Promise<string> {
  const verifier = randomBytes(32).toString('base64url');
  const visit = createVisitor();

  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: pageUrl,
    scope: 'openid read:reports',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const signInPage = await visit(new URL(`/oauth2/authorize?${query.toString()}`, issuer));
  const signedIn = await visit(signInPage, new URLSearchParams({ username: 'alice' }));
  const callback = await visit(signedIn);

  const response = await fetch(new URL('/oauth2/token', issuer), {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: clientId,
      redirect_uri: pageUrl,
      code: callback.searchParams.get('code') ?? '',
      code_verifier: verifier,
    }),
  });
  const { access_token: token } = (await response.json()) as { access_token?: string };
  if (token === undefined) {
    throw new Error(`The built-in provider issued no token (HTTP ${response.status}).`);
  }
  return token;
}

/** Creates a client that keeps cookies. It does not follow a redirect, but returns its address. */
function createVisitor(): (url: URL, form?: URLSearchParams) => Promise<URL> {
  const jar = new Map<string, string>();
  return async (url, form) => {
    const headers = { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') };
    const response = await fetch(url, {
      redirect: 'manual',
      headers,
      ...(form === undefined ? {} : { method: 'POST', body: form }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      jar.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null) {
      throw new Error(
        `The built-in provider sent HTTP ${response.status} for ${url.pathname}, not a redirect.`,
      );
    }
    return new URL(location, url);
  };
}
