import { base64url, readClaims } from './jwt.js';

/** The credentials that a call can send, by choice. `tokens` are those of the signed-in user. */
export const credentials = {
  mine: { words: 'with your token', of: (tokens) => tokens.accessToken, needsUser: true },
  none: { words: 'without a token', of: () => undefined },
  broken: { words: 'with a broken token', of: (tokens) => breakToken(tokens?.accessToken) },
  expired: {
    words: 'with an expired token',
    of: (tokens) => changeClaims(tokens.accessToken, { exp: 1 }),
    needsUser: true,
  },
  elsewhere: {
    words: 'with a token for another API',
    of: (tokens) => changeClaims(tokens.accessToken, { aud: 'https://other-api.example' }),
    needsUser: true,
  },
  identity: { words: 'with your ID token', of: (tokens) => tokens.idToken, needsUser: true },
};

/** Changes one character of the signature. Without a token, returns text that is not a token. */
function breakToken(token) {
  if (token === undefined) return 'not.a.token';
  const at = token.lastIndexOf('.') + 20;
  return token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
}

/** Changes claims. The signature is not valid anymore, but the API checks the claims first. */
function changeClaims(token, changes) {
  const [header, , signature] = token.split('.');
  const payload = new TextEncoder().encode(JSON.stringify({ ...readClaims(token), ...changes }));
  return [header, base64url(payload), signature].join('.');
}
