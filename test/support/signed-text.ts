import type { SignedText } from '../../lib/core/crypto/signature.js';

/**
 * Takes a JWS apart as far as its signature is concerned; unlike the parser, whatever the payload
 * is.
 */
export function signedTextOf(token: string): SignedText {
  const end = token.lastIndexOf('.');
  return { signed: token.slice(0, end), signature: Buffer.from(token.slice(end + 1), 'base64url') };
}
