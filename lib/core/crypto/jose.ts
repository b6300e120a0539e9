/**
 * The only file that imports `jose`, an ES module that the CommonJS test runners of NestJS 11
 * cannot load. The build bundles jose into this file. Therefore this file imports nothing else from
 * this library, because the bundle would contain a second copy, and exports no type of jose.
 */
import type { JsonWebKey } from 'node:crypto';
import { importJWK } from 'jose';

/**
 * Rejects if `jose` cannot verify signatures of this algorithm with a public JWK (RFC 7517), for
 * example because it is malformed.
 */
export async function checkPublicJwk(jwk: JsonWebKey, algorithm: string): Promise<void> {
  // The caller has checked `key_ops`. Web Cryptography would reject operations that do not apply to
  // a public key.
  const { key_ops: _, ...rest } = jwk;
  const key = await importJWK(rest, algorithm);
  if (key instanceof Uint8Array) throw new TypeError('a symmetric key cannot verify');
}
