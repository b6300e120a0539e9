import { constants, verify, type KeyObject, type VerifyKeyObjectInput } from 'node:crypto';
import { setImmediate } from 'node:timers';
import type { Algorithm } from '../algorithms.js';
import type { MaybePromise } from '../maybe-promise.js';

/** How the signatures of an algorithm are checked. */
interface Scheme {
  /** `null`: the algorithm brings its own (RFC 8032). */
  readonly digest: string | null;
  readonly options: Omit<VerifyKeyObjectInput, 'key'>;
  /** Bytes of every signature. */
  readonly lengthFor: (key: KeyObject) => number;
}

const { RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING, RSA_PSS_SALTLEN_DIGEST } = constants;

/** RFC 8017 sections 8.1.2 and 8.2.2, step 1: a signature is as long as the modulus. */
const modulusLength = ({ asymmetricKeyDetails }: KeyObject): number => Math.ceil((asymmetricKeyDetails?.modulusLength ?? 0) / 8);

/** RFC 7518 section 3.3. */
const pkcs1 = (digest: string): Scheme => ({ digest, options: { padding: RSA_PKCS1_PADDING }, lengthFor: modulusLength });
/** RFC 7518 section 3.5: the salt is as long as the digest. */
const pss = (digest: string): Scheme => ({
  digest,
  options: { padding: RSA_PKCS1_PSS_PADDING, saltLength: RSA_PSS_SALTLEN_DIGEST },
  lengthFor: modulusLength,
});
/** RFC 7518 section 3.4: R and S one after the other, each as long as the field of the curve. */
const ecdsa = (digest: string, length: number): Scheme => ({ digest, options: { dsaEncoding: 'ieee-p1363' }, lengthFor: () => length });
/** RFC 8037 section 3.1, RFC 8032 section 5.1.6. */
const ed25519: Scheme = { digest: null, options: {}, lengthFor: () => 64 };

const schemes: Readonly<Record<Algorithm, Scheme>> = {
  RS256: pkcs1('sha256'),
  RS384: pkcs1('sha384'),
  RS512: pkcs1('sha512'),
  PS256: pss('sha256'),
  PS384: pss('sha384'),
  PS512: pss('sha512'),
  ES256: ecdsa('sha256', 64),
  ES384: ecdsa('sha384', 96),
  ES512: ecdsa('sha512', 132),
  EdDSA: ed25519,
  Ed25519: ed25519,
};

/** A public key made ready for one algorithm: nothing is looked up or made per signature. */
export interface VerificationKey {
  readonly digest: string | null;
  readonly input: VerifyKeyObjectInput;
  /** Bytes of every signature. */
  readonly signatureLength: number;
}

/** Makes a public key ready for an algorithm that fits it. */
export function prepareKey(algorithm: Algorithm, key: KeyObject): VerificationKey {
  const { digest, options, lengthFor } = schemes[algorithm];
  return { digest, input: { key, ...options }, signatureLength: lengthFor(key) };
}

/**
 * Checks the signature of a JWS in compact serialization (RFC 7515 section 5.2, steps 7 and 8) and nothing else: the caller has taken the token apart,
 * which is where its three parts and their one spelling are checked, and has decided that the algorithm is acceptable.
 *
 * The first signature of a turn of the event loop is checked in line, so that a request that comes alone waits for nothing; the others of that turn go
 * to the thread pool, so that a burst, or a flood of forgeries, has the other processors and not the event loop for itself. By `npm run bench:signature`
 * (Node 20.20, 2 processors), signatures per second as a multiple of jose's, and the 99th percentile of the event loop's delay:
 *
 * |                     | in line      | thread pool  | this         | jose   |
 * | ------------------- | ------------ | ------------ | ------------ | ------ |
 * | RS256, 1 at a time  | 4.6          | 1.4          | 4.6          | 1      |
 * | ES256, 1 at a time  | 2.3          | 1.3          | 2.3          | 1      |
 * | EdDSA, 1 at a time  | 1.8          | 1.1          | 1.8          | 1      |
 * | RS256, 64 at a time | 1.1,  0.8 ms | 1.6,  1.9 ms | 1.8,  1.5 ms | 2.9 ms |
 * | ES256, 64 at a time | 0.7,  4.5 ms | 1.2,  2.7 ms | 1.2,  3.1 ms | 4.7 ms |
 * | EdDSA, 64 at a time | 0.6,  5.9 ms | 1.1,  3.3 ms | 1.1,  4.0 ms | 5.1 ms |
 *
 * More than one in line per turn (2, 4, 8, 16) gained nothing. On one processor, where the pool has nothing to give, it costs RS256 13 % of "in line"
 * at 64 at a time, and the others nothing that could be measured.
 */
export function signatureHolds(token: string, { digest, input, signatureLength }: VerificationKey): MaybePromise<boolean> {
  const end = token.lastIndexOf('.');
  const signature = Buffer.from(token.slice(end + 1), 'base64url');
  // Not left to OpenSSL, which lets RSASSA-PSS signatures be shorter by leading zeros.
  if (signature.length !== signatureLength) return false;
  const signed = Buffer.from(token.slice(0, end));
  if (takeTurn()) return verify(digest, signed, input, signature);
  return new Promise((resolve, reject) => {
    verify(digest, signed, input, signature, (error, holds) => (error === null ? resolve(holds) : reject(error)));
  });
}

/** Of this turn of the event loop. There is one loop, so there is one of this. */
let isTaken = false;
const nextTurn = (): void => {
  isTaken = false;
};

/** Whether this is the first of its turn. */
function takeTurn(): boolean {
  if (isTaken) return false;
  isTaken = true;
  setImmediate(nextTurn);
  return true;
}
