/** Encodes bytes as base64url (RFC 7515 section 2). */
export function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** Reads the claims of a token for display. It does not verify the signature. */
export function readClaims(token = '') {
  const [, payload] = token.split('.');
  if (payload === undefined) return {};
  const bytes = Uint8Array.from(
    atob(payload.replaceAll('-', '+').replaceAll('_', '/')),
    (character) => character.charCodeAt(0),
  );
  return JSON.parse(new TextDecoder().decode(bytes));
}
