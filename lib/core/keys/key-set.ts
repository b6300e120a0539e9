import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { keyTypeFits, type Algorithm } from '../crypto/algorithms.js';
import { checkPublicJwk } from '../crypto/jose.js';
import { printable } from '../printable.js';
import { prepareKey, type VerificationKey } from '../crypto/signature.js';
import { isJsonObject, type JsonObject } from '../types.js';

/** Maximum number of keys in a key set. A larger document is refused. */
const MAX_KEYS = 100;
/** RFC 7518 section 3.3: "A key of size 2048 bits or larger MUST be used". */
const MIN_RSA_BITS = 2048;
/** Verification with a larger key takes milliseconds, even for a forged signature. */
const MAX_RSA_BITS = 8192;
const MIN_RSA_EXPONENT = 3n;
/** A larger exponent also makes verification slow. Common exponents have 17 bits. */
const MAX_RSA_EXPONENT = 2n ** 32n;
/**
 * The points of small order on Curve25519 in its Edwards form, in all encodings and without the
 * sign bit (RFC 8032 section 5.1.3). Anyone can sign with such a key.
 */
const SMALL_ORDER: ReadonlySet<string> = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

/** A public key of an issuer. */
export interface PublicKey {
  readonly kid: string | undefined;
  /** The JWK as published, without a private part. */
  readonly jwk: JsonWebKey;
  readonly keyObject: KeyObject;
  /** Keys that are prepared for verification, by algorithm. */
  readonly byAlgorithm: ReadonlyMap<Algorithm, VerificationKey>;
}

/** The key that a token names. */
export interface KeyQuery {
  readonly kid: string | undefined;
  readonly alg: Algorithm;
}

/**
 * The result of a query: the key; `unknown` when a newer key set might contain it; `unusable` when
 * another fetch would not help, because the key does not fit the algorithm, or two keys fit.
 */
export type Selection = { readonly key: PublicKey } | 'unknown' | 'unusable';

/** The usable public keys of one issuer, and the reasons why others were skipped. */
export interface KeySet {
  readonly keys: readonly PublicKey[];
  readonly skipped: readonly string[];
}

/**
 * Reads a JWK Set (RFC 7517 section 5). Rejects when the document is not one. Skips keys that
 * cannot be used, as section 5 recommends, and reports the reasons.
 */
export async function readKeySet(
  document: unknown,
  allowed: readonly Algorithm[],
): Promise<KeySet> {
  if (!isJsonObject(document) || !Array.isArray(document['keys']))
    throw new TypeError('it is not a JWK Set: "keys" is not an array');
  const jwks: unknown[] = document['keys'];
  if (jwks.length > MAX_KEYS)
    throw new TypeError(`the JWK Set has ${jwks.length} keys, more than ${MAX_KEYS}`);

  const read = await Promise.all(jwks.map((jwk) => readKey(jwk, allowed)));
  const keys = read.filter((result): result is PublicKey => typeof result !== 'string');
  const skipped = read.flatMap((result, index) =>
    typeof result === 'string' ? [`key ${name(jwks[index])}: ${result}`] : [],
  );
  return { keys, skipped: [...skipped, ...duplicates(keys)] };
}

/**
 * Selects the key of a query: by the exact `kid`, or without a `kid` only if exactly one key fits.
 */
export function selectKey(set: KeySet, query: KeyQuery): Selection {
  let key: PublicKey | undefined;
  let isNamed = false;
  for (const candidate of set.keys) {
    if (query.kid !== undefined && candidate.kid !== query.kid) continue;
    isNamed = true;
    if (!candidate.byAlgorithm.has(query.alg)) continue;
    if (key !== undefined) return 'unusable';
    key = candidate;
  }
  if (key !== undefined) return { key };
  return query.kid !== undefined && isNamed ? 'unusable' : 'unknown';
}

async function readKey(jwk: unknown, allowed: readonly Algorithm[]): Promise<PublicKey | string> {
  if (!isJsonObject(jwk)) return 'it is not an object';
  const problem = findProblem(jwk);
  if (problem !== undefined) return problem;

  const fitting = allowed.filter((algorithm) => fits(jwk, algorithm));
  if (fitting.length === 0) return 'no allowed algorithm uses it';
  try {
    const keyObject = createPublicKey({ key: jwk, format: 'jwk' });
    const weakness = findWeakness(keyObject);
    if (weakness !== undefined) return weakness;
    await Promise.all(fitting.map((alg) => checkPublicJwk(jwk, alg)));
    const byAlgorithm = new Map(fitting.map((alg) => [alg, prepareKey(alg, keyObject)]));
    return { kid: jwk['kid'] as string | undefined, jwk, keyObject, byAlgorithm };
  } catch {
    return 'it is malformed';
  }
}

/** Whether a JWK is an object without a private or symmetric part. */
export function isPublicJwk(jwk: unknown): jwk is JsonObject {
  return isJsonObject(jwk) && jwk['kty'] !== 'oct' && !('d' in jwk) && !('k' in jwk);
}

function findProblem(jwk: JsonObject): string | undefined {
  if (!isPublicJwk(jwk))
    return 'it is a private or symmetric key, which must never be published: tell the issuer';
  if (jwk['kid'] !== undefined && (typeof jwk['kid'] !== 'string' || jwk['kid'] === ''))
    return 'its "kid" is not a non-empty string';
  return undefined;
}

/** Whether `use`, `key_ops` and `alg` allow the algorithm (RFC 7517 sections 4.2 to 4.4). */
function fits(jwk: JsonObject, algorithm: Algorithm): boolean {
  const { use, key_ops: operations, alg } = jwk;
  return (
    keyTypeFits(algorithm, jwk) &&
    (use === undefined || use === 'sig') &&
    (operations === undefined || (Array.isArray(operations) && operations.includes('verify'))) &&
    (alg === undefined || alg === algorithm)
  );
}

function findWeakness(key: KeyObject): string | undefined {
  if (key.asymmetricKeyType === 'ed25519') return findWeakPoint(key);
  if (key.asymmetricKeyType !== 'rsa') return undefined;
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  if (modulusLength < MIN_RSA_BITS)
    return `it has ${modulusLength} bits, fewer than ${MIN_RSA_BITS}`;
  if (modulusLength > MAX_RSA_BITS)
    return `it has ${modulusLength} bits, more than ${MAX_RSA_BITS}`;
  if (publicExponent < MIN_RSA_EXPONENT) return `its exponent is under ${MIN_RSA_EXPONENT}`;
  if (publicExponent > MAX_RSA_EXPONENT) return 'its exponent has more than 32 bits';
  return undefined;
}

function findWeakPoint(key: KeyObject): string | undefined {
  const point = Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
  // The last bit is the sign.
  point.writeUInt8(point.readUInt8(31) & 0x7f, 31);
  return SMALL_ORDER.has(point.toString('hex'))
    ? 'its point has a small order, so that anybody can sign with it'
    : undefined;
}

/**
 * Reports keys that share an id and an algorithm, because neither is selected.
 */
function duplicates(keys: readonly PublicKey[]): string[] {
  const clashing = keys.filter((key, index) =>
    keys.some(
      (other, at) =>
        at < index &&
        other.kid === key.kid &&
        [...key.byAlgorithm.keys()].some((alg) => other.byAlgorithm.has(alg)),
    ),
  );
  const kids = new Set(clashing.map((key) => key.kid).filter((kid) => kid !== undefined));
  return [...kids].map(
    (kid) => `key "${printable(kid)}": the JWK Set contains it more than once, so it is not used`,
  );
}

function name(jwk: unknown): string {
  return isJsonObject(jwk) && typeof jwk['kid'] === 'string'
    ? `"${printable(jwk['kid'])}"`
    : 'without a "kid"';
}
