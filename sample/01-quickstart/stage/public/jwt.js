/** Bytes as a part of a token (RFC 7515 section 2). */
export function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** The claims of a token that came straight from the token endpoint: for display only, so its signature is not checked. */
export function readClaims(token = '') {
  const [, payload] = token.split('.');
  if (payload === undefined) return {};
  const bytes = Uint8Array.from(
    atob(payload.replaceAll('-', '+').replaceAll('_', '/')),
    (character) => character.charCodeAt(0),
  );
  return JSON.parse(new TextDecoder().decode(bytes));
}
