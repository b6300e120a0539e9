/**
 * The only file that names `jose`, which is an ES module that the CommonJS test runners of NestJS 11 cannot load: the build compiles
 * this file with jose inside. So it imports nothing else of this library (it would be a second copy), and no type of jose leaves it.
 */
import type { webcrypto } from 'node:crypto';
import { compactVerify, errors, importJWK } from 'jose';

/** A public key made ready for one algorithm. */
export type VerificationKey = webcrypto.CryptoKey;

/** Makes a public JWK (RFC 7517) ready for one algorithm. Rejects when the JWK is malformed. */
export async function importVerificationKey(jwk: object, algorithm: string): Promise<VerificationKey> {
  // What the key says about its use was checked by the caller; Web Cryptography would refuse operations that a public key has not.
  const { key_ops: _, ...rest } = jwk as { key_ops?: unknown };
  const key = await importJWK(rest, algorithm);
  if (key instanceof Uint8Array) throw new TypeError('a symmetric key cannot verify');
  return key;
}

/**
 * Checks the signature of a JWS in compact serialization (RFC 7515 section 5.2) and nothing else: the caller has parsed the token and
 * decided that `algorithm` is acceptable. `false` for any signature that does not hold.
 */
export function verifySignature(token: string, key: VerificationKey, algorithm: string): Promise<boolean> {
  return compactVerify(token, key, { algorithms: [algorithm] }).then(
    () => true,
    (error: unknown) => {
      if (error instanceof errors.JOSEError) return false;
      throw error;
    },
  );
}
