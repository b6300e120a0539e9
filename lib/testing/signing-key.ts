import {
  constants,
  generateKeyPairSync,
  randomUUID,
  sign,
  verify,
  type JsonWebKey,
  type KeyObject,
  type SigningOptions,
} from 'node:crypto';
import type { Algorithm } from '../core/crypto/algorithms.js';
import type { JsonObject } from '../core/types.js';

/**
 * A real key pair of an issuer. It uses only `node:crypto`, so that it loads in every test runner.
 */
export interface SigningKey {
  readonly kid: string;
  readonly alg: Algorithm;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  /** The public key as the issuer publishes it. */
  readonly jwk: JsonWebKey;
}

const CURVES: Partial<Record<Algorithm, string>> = {
  ES256: 'P-256',
  ES384: 'P-384',
  ES512: 'P-521',
};

/** Generates a key pair for an algorithm. RSA keys have 2048 bits by default. */
export function createSigningKey(
  alg: Algorithm,
  { kid = randomUUID(), modulusLength = 2048 }: { kid?: string; modulusLength?: number } = {},
): SigningKey {
  const { publicKey, privateKey } = generate(alg, modulusLength);
  return {
    kid,
    alg,
    publicKey,
    privateKey,
    jwk: { ...publicKey.export({ format: 'jwk' }), use: 'sig', alg, kid },
  };
}

function generate(
  alg: Algorithm,
  modulusLength: number,
): { publicKey: KeyObject; privateKey: KeyObject } {
  const namedCurve = CURVES[alg];
  if (namedCurve !== undefined) return generateKeyPairSync('ec', { namedCurve });
  return alg === 'EdDSA' || alg === 'Ed25519'
    ? generateKeyPairSync('ed25519')
    : generateKeyPairSync('rsa', { modulusLength });
}

/**
 * Creates a JWS in compact serialization. Header and payload are serialized unchanged.
 */
export function signJwt(
  header: object,
  payload: object,
  key: Pick<SigningKey, 'alg' | 'privateKey'>,
): string {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${signBytes(Buffer.from(input), key).toString('base64url')}`;
}

/** Returns the claims of a JWT signed with this key; `undefined` for any other string. */
export function readJwt(token: string, { alg, publicKey }: SigningKey): JsonObject | undefined {
  const [header = '', payload = '', signature = '', ...more] = token.split('.');
  if (signature === '' || more.length > 0) return undefined;
  const { digest, options } = schemeOf(alg);
  const holds = verify(
    digest,
    Buffer.from(`${header}.${payload}`),
    { key: publicKey, ...options },
    Buffer.from(signature, 'base64url'),
  );
  return holds
    ? (JSON.parse(Buffer.from(payload, 'base64url').toString()) as JsonObject)
    : undefined;
}

/** @internal */
export function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function signBytes(
  data: Buffer,
  { alg, privateKey }: Pick<SigningKey, 'alg' | 'privateKey'>,
): Buffer {
  const { digest, options } = schemeOf(alg);
  return sign(digest, data, { key: privateKey, ...options });
}

function schemeOf(alg: Algorithm): {
  digest: string | null;
  options: SigningOptions & { dsaEncoding?: 'ieee-p1363' };
} {
  if (alg === 'EdDSA' || alg === 'Ed25519') return { digest: null, options: {} };
  const digest = `sha${alg.slice(2)}`;
  if (alg.startsWith('ES')) return { digest, options: { dsaEncoding: 'ieee-p1363' } };
  if (alg.startsWith('RS')) return { digest, options: {} };
  return {
    digest,
    options: {
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    },
  };
}
