/**
 * The only file that names `jose`, which is an ES module that the CommonJS test runners of NestJS
 * 11 cannot load: the build compiles this file with jose inside. So it imports nothing else of this
 * library (it would be a second copy), and no type of jose leaves it.
 */
import type { JsonWebKey } from 'node:crypto';
import { importJWK } from 'jose';

/**
 * Rejects when a public JWK (RFC 7517) is malformed for an algorithm: it must be one that `jose`
 * would verify with.
 */
export async function checkPublicJwk(jwk: JsonWebKey, algorithm: string): Promise<void> {
  // What the key says about its use was checked by the caller; Web Cryptography would refuse
  // operations that a public key has not.
  const { key_ops: _, ...rest } = jwk;
  const key = await importJWK(rest, algorithm);
  if (key instanceof Uint8Array) throw new TypeError('a symmetric key cannot verify');
}
