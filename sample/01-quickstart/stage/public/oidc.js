/**
 * Signs users in: the authorization code flow with PKCE (RFC 7636), in a public client. It shows
 * each step. An application uses the Authgear SDK or an OpenID Connect library instead.
 */
import { base64url } from './jwt.js';

const TOKENS = 'quickstart.tokens';
const REQUEST = 'quickstart.request';

export class OidcError extends Error {}

export async function createOidc({ issuer, clientId }) {
  const redirectUri = new URL('/', location.href).href;
  const response = await fetch(`${issuer}/.well-known/openid-configuration`);
  if (!response.ok)
    throw new OidcError(`${issuer} has no OpenID configuration (HTTP ${response.status}).`);
  const metadata = await response.json();
  if (metadata.issuer !== issuer)
    throw new OidcError(`${issuer} says that its name is ${metadata.issuer}.`);

  /** Opens the page of the issuer. `finishSignIn` returns `repeat`: the call to make after it. */
  async function signIn({ scopes, repeat, maxAge }) {
    const idToken = tokens()?.idToken;
    const request = { state: random(), verifier: random(), scopes, repeat };
    sessionStorage.setItem(REQUEST, JSON.stringify(request));
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      scope: scopes.join(' '),
      state: request.state,
      code_challenge: await challengeOf(request.verifier),
      code_challenge_method: 'S256',
    });
    if (maxAge !== undefined) {
      // Step-up: the same user signs in again, even if the session at the issuer is new.
      query.set('prompt', 'login');
      query.set('max_age', maxAge);
      if (idToken !== undefined) query.set('id_token_hint', idToken);
    }
    location.assign(`${metadata.authorization_endpoint}?${query}`);
  }

  /** Exchanges the code in the address. Returns `undefined` if the address has none. */
  async function finishSignIn() {
    const answer = new URLSearchParams(location.search);
    if (!answer.has('state')) return undefined;
    const request = JSON.parse(sessionStorage.getItem(REQUEST) ?? '{}');
    sessionStorage.removeItem(REQUEST);
    // A code works once, so a reload or the history must not send it again.
    history.replaceState(null, '', redirectUri);

    if (answer.get('state') !== request.state)
      throw new OidcError('The answer belongs to another sign-in: the state differs.');
    if (answer.has('iss') && answer.get('iss') !== issuer)
      throw new OidcError('The answer comes from another issuer.');
    if (answer.has('error')) throw errorOf(Object.fromEntries(answer));
    await askForTokens(
      {
        grant_type: 'authorization_code',
        code: answer.get('code'),
        redirect_uri: redirectUri,
        code_verifier: request.verifier,
      },
      request.scopes,
    );
    return request;
  }

  async function refresh() {
    const { refreshToken, scopes, idToken } = tokens();
    await askForTokens({ grant_type: 'refresh_token', refresh_token: refreshToken }, scopes, {
      refreshToken,
      idToken,
    });
  }

  async function askForTokens(parameters, scopes, earlier = {}) {
    const body = new URLSearchParams({ ...parameters, client_id: clientId });
    const answer = await (await fetch(metadata.token_endpoint, { method: 'POST', body })).json();
    if (answer.error !== undefined) throw errorOf(answer);
    const {
      access_token: accessToken,
      refresh_token: refreshToken = earlier.refreshToken,
      id_token: idToken = earlier.idToken,
    } = answer;
    // The session storage keeps tokens for this tab, so that a reload is not a sign-out.
    sessionStorage.setItem(TOKENS, JSON.stringify({ accessToken, refreshToken, idToken, scopes }));
  }

  /** Ends the session here and at the issuer. */
  function signOut() {
    const idToken = tokens()?.idToken;
    forget();
    if (metadata.end_session_endpoint === undefined) {
      location.assign(redirectUri);
      return;
    }
    const query = new URLSearchParams({
      client_id: clientId,
      post_logout_redirect_uri: redirectUri,
    });
    if (idToken !== undefined) query.set('id_token_hint', idToken);
    location.assign(`${metadata.end_session_endpoint}?${query}`);
  }

  return { signIn, finishSignIn, refresh, signOut, forget, tokens };
}

function errorOf({ error, error_description: description = 'no description' }) {
  return new OidcError(`The issuer says ${error}: ${description}`);
}

function tokens() {
  return JSON.parse(sessionStorage.getItem(TOKENS) ?? 'null') ?? undefined;
}

function forget() {
  sessionStorage.removeItem(TOKENS);
}

function random() {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

async function challengeOf(verifier) {
  return base64url(
    new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))),
  );
}
