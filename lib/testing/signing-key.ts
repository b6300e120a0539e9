import { constants, generateKeyPairSync, randomUUID, sign, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { Algorithm } from '../core/algorithms.js';

/** A real key pair of an issuer, made and used with `node:crypto` alone, so that it loads in every test runner. */
export interface SigningKey {
  readonly kid: string;
  readonly alg: Algorithm;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  /** As an issuer publishes it. */
  readonly jwk: JsonWebKey;
}

const CURVES: Partial<Record<Algorithm, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };

/** Makes a key pair for an algorithm; RSA keys have 2048 bits unless told otherwise. */
export function createSigningKey(
  alg: Algorithm,
  { kid = randomUUID(), modulusLength = 2048 }: { kid?: string; modulusLength?: number } = {},
): SigningKey {
  const { publicKey, privateKey } = generate(alg, modulusLength);
  return { kid, alg, publicKey, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), use: 'sig', alg, kid } };
}

function generate(alg: Algorithm, modulusLength: number): { publicKey: KeyObject; privateKey: KeyObject } {
  const namedCurve = CURVES[alg];
  if (namedCurve !== undefined) return generateKeyPairSync('ec', { namedCurve });
  return alg === 'EdDSA' || alg === 'Ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('rsa', { modulusLength });
}

/** Makes a JWS in compact serialization. Header and payload are written as they are: nothing is added. */
export function signJwt(header: object, payload: object, key: Pick<SigningKey, 'alg' | 'privateKey'>): string {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${signBytes(Buffer.from(input), key).toString('base64url')}`;
}

/** @internal */
export function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function signBytes(data: Buffer, { alg, privateKey }: Pick<SigningKey, 'alg' | 'privateKey'>): Buffer {
  if (alg === 'EdDSA' || alg === 'Ed25519') return sign(null, data, privateKey);
  const digest = `sha${alg.slice(2)}`;
  if (alg.startsWith('ES')) return sign(digest, data, { key: privateKey, dsaEncoding: 'ieee-p1363' });
  if (alg.startsWith('RS')) return sign(digest, data, privateKey);
  const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = constants;
  return sign(digest, data, { key: privateKey, padding, saltLength });
}
