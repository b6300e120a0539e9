import { availableParallelism } from 'node:os';
import { constants, verify, type KeyObject, type VerifyKeyObjectInput } from 'node:crypto';
import type { Algorithm } from './algorithms.js';
import type { MaybePromise } from '../maybe-promise.js';
import { TurnBudget } from './turn-budget.js';

/** The signed text and the signature of a JWS in compact serialization (RFC 7515 section 5.2). */
export interface SignedText {
  /** The first two parts, unchanged. */
  readonly signed: string;
  readonly signature: Buffer;
}

/** The verification parameters of an algorithm. */
interface Scheme {
  /** `null` if the algorithm defines its own digest (RFC 8032). */
  readonly digest: string | null;
  readonly options: Omit<VerifyKeyObjectInput, 'key'>;
  /** Length of every signature in bytes. */
  readonly lengthFor: (key: KeyObject) => number;
  /** Approximate microseconds per verification. Only the proportions matter. */
  readonly costFor: (key: KeyObject) => number;
}

const { RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING, RSA_PSS_SALTLEN_DIGEST } = constants;

const modulusBits = ({ asymmetricKeyDetails }: KeyObject): number =>
  asymmetricKeyDetails?.modulusLength ?? 0;

/** RFC 8017 sections 8.1.2 and 8.2.2, step 1: a signature is as long as the modulus. */
const rsa = (digest: string, options: Scheme['options']): Scheme => ({
  digest,
  options,
  lengthFor: (key) => Math.ceil(modulusBits(key) / 8),
  costFor: (key) => 25 * (modulusBits(key) / 2048) ** 2,
});
/** RFC 7518 section 3.3. */
const pkcs1 = (digest: string): Scheme => rsa(digest, { padding: RSA_PKCS1_PADDING });
/** RFC 7518 section 3.5: the salt is as long as the digest. */
const pss = (digest: string): Scheme =>
  rsa(digest, { padding: RSA_PKCS1_PSS_PADDING, saltLength: RSA_PSS_SALTLEN_DIGEST });
/** RFC 7518 section 3.4: R followed by S, each as long as the field of the curve. */
const ecdsa = (digest: string, length: number, cost: number): Scheme => ({
  digest,
  options: { dsaEncoding: 'ieee-p1363' },
  lengthFor: () => length,
  costFor: () => cost,
});
/** RFC 8037 section 3.1, RFC 8032 section 5.1.6. */
const ed25519: Scheme = { digest: null, options: {}, lengthFor: () => 64, costFor: () => 100 };

const schemes: Readonly<Record<Algorithm, Scheme>> = {
  RS256: pkcs1('sha256'),
  RS384: pkcs1('sha384'),
  RS512: pkcs1('sha512'),
  PS256: pss('sha256'),
  PS384: pss('sha384'),
  PS512: pss('sha512'),
  ES256: ecdsa('sha256', 64, 75),
  ES384: ecdsa('sha384', 96, 500),
  ES512: ecdsa('sha512', 132, 1000),
  EdDSA: ed25519,
  Ed25519: ed25519,
};

const hasThreads = availableParallelism() > 1;
/** Maximum number of signatures that wait for later turns if the thread pool is not used. */
const MAX_WAITING = 64;
const MAX_ON_THREAD_POOL = 64;
let onThreadPool = 0;

/** Shared by all calls, because there is only one event loop. */
const turnBudget = new TurnBudget(hasThreads ? 1 : MAX_WAITING);

/** A public key that is prepared for one algorithm, so that no verification has to convert it. */
export interface VerificationKey {
  readonly digest: string | null;
  readonly input: VerifyKeyObjectInput;
  /** Length of every signature in bytes. */
  readonly signatureLength: number;
  /** Approximate microseconds per verification. */
  readonly cost: number;
}

/** Prepares a public key for an algorithm that fits it. */
export function prepareKey(algorithm: Algorithm, key: KeyObject): VerificationKey {
  const { digest, options, lengthFor, costFor } = schemes[algorithm];
  return {
    digest,
    input: { key, ...options },
    signatureLength: lengthFor(key),
    cost: costFor(key),
  };
}

/**
 * Verifies the signature of a JWS in compact serialization (RFC 7515 section 5.2, steps 7 and 8).
 * It checks nothing else: the caller has parsed the token, which checks its structure and encoding,
 * and has accepted the algorithm.
 *
 * A signature is verified inline while the current turn of the event loop has time left, so that a
 * single request does not wait. Other signatures go to the thread pool, so that a burst, or a flood
 * of forged tokens, does not block the event loop. One of them waits for the next turn instead, so
 * that a script that awaits one token after the other also stays inline. With one processor, the
 * thread pool does not help, and signatures wait for later turns, in order. If too many wait or are
 * on the thread pool, the others are verified inline: the event loop then does not accept more
 * requests than memory can hold. `test/bench/results.md` has the measurements.
 */
export function signatureHolds(
  { signed, signature }: SignedText,
  { digest, input, signatureLength, cost }: VerificationKey,
  budget = turnBudget,
): MaybePromise<boolean> {
  // OpenSSL does not check this: it accepts RSASSA-PSS signatures without their leading zeros.
  if (signature.length !== signatureLength) return false;
  const data = Buffer.from(signed);
  const check = (): boolean => verify(digest, data, input, signature);
  const inLine = budget.run(cost, check);
  if (inLine !== undefined) return inLine;
  if (!hasThreads || onThreadPool >= MAX_ON_THREAD_POOL) return check();
  onThreadPool += 1;
  return new Promise((resolve, reject) => {
    verify(digest, data, input, signature, (error, holds) => {
      onThreadPool -= 1;
      if (error === null) resolve(holds);
      else reject(error);
    });
  });
}
