import { base64url, readClaims } from './jwt.js';

/** What can be sent with a call, by the names of the choices on the page. `tokens`: those of whoever is signed in. */
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

/** A token whose signature is off by one character; without a token, something that never was one. */
function breakToken(token) {
  if (token === undefined) return 'not.a.token';
  const at = token.lastIndexOf('.') + 20;
  return token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
}

/** A token that says something else. Its signature does not hold any more, but what it says is looked at first. */
function changeClaims(token, changes) {
  const [header, , signature] = token.split('.');
  const payload = new TextEncoder().encode(JSON.stringify({ ...readClaims(token), ...changes }));
  return [header, base64url(payload), signature].join('.');
}
