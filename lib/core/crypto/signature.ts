import { availableParallelism } from 'node:os';
import { constants, verify, type KeyObject, type VerifyKeyObjectInput } from 'node:crypto';
import type { Algorithm } from './algorithms.js';
import type { MaybePromise } from '../maybe-promise.js';
import { TurnBudget } from './turn-budget.js';

/** A JWS in compact serialization as far as its signature is concerned (RFC 7515 section 5.2). */
export interface SignedText {
  /** The first two parts, as they came. */
  readonly signed: string;
  readonly signature: Buffer;
}

/** How the signatures of an algorithm are checked. */
interface Scheme {
  /** `null`: the algorithm brings its own (RFC 8032). */
  readonly digest: string | null;
  readonly options: Omit<VerifyKeyObjectInput, 'key'>;
  /** Bytes of every signature. */
  readonly lengthFor: (key: KeyObject) => number;
  /** About how many microseconds a check takes; only the proportions matter. */
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
/** RFC 7518 section 3.4: R and S one after the other, each as long as the field of the curve. */
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
/** How many signatures wait for later turns where there are no threads. */
const MAX_WAITING = 64;
const MAX_ON_THREAD_POOL = 64;
let onThreadPool = 0;

/** There is one event loop, so there is one of this. */
const turnBudget = new TurnBudget(hasThreads ? 1 : MAX_WAITING);

/** A public key made ready for one algorithm: nothing is looked up or made per signature. */
export interface VerificationKey {
  readonly digest: string | null;
  readonly input: VerifyKeyObjectInput;
  /** Bytes of every signature. */
  readonly signatureLength: number;
  /** About how many microseconds a check takes. */
  readonly cost: number;
}

/** Makes a public key ready for an algorithm that fits it. */
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
 * Checks the signature of a JWS in compact serialization (RFC 7515 section 5.2, steps 7 and 8) and
 * nothing else: the caller has taken the token apart, which is where its three parts and their one
 * spelling are checked, and has decided that the algorithm is acceptable.
 *
 * A signature is checked in line while this turn of the event loop has time left, so that a lone
 * request waits for nothing. Those that find no time go to the thread pool, so that a burst, or a
 * flood of forgeries, does not hold the event loop. One of them waits for the next turn instead, so
 * that a script that awaits one token after the other stays in line too. With one processor the
 * thread pool has none to give, and they wait for later turns, in order. Where too many wait or are
 * on the pool, the others are checked in line: that keeps the event loop from taking in more
 * requests than memory can hold. `test/bench/results.md` has the measures.
 */
export function signatureHolds(
  { signed, signature }: SignedText,
  { digest, input, signatureLength, cost }: VerificationKey,
  budget = turnBudget,
): MaybePromise<boolean> {
  // Not left to OpenSSL, which lets RSASSA-PSS signatures be shorter by leading zeros.
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
