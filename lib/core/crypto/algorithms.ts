/**
 * The supported signature algorithms (RFC 7518 section 3.1, RFC 8037 section 3.1, RFC 9864 section
 * 2.2) and the key type of each. All are asymmetric: `none` and `HS*` are not listed, so no option
 * can enable them (RFC 8725 sections 3.1 and 3.2).
 */
const keyOf = {
  RS256: { kty: 'RSA' },
  RS384: { kty: 'RSA' },
  RS512: { kty: 'RSA' },
  PS256: { kty: 'RSA' },
  PS384: { kty: 'RSA' },
  PS512: { kty: 'RSA' },
  ES256: { kty: 'EC', crv: 'P-256' },
  ES384: { kty: 'EC', crv: 'P-384' },
  ES512: { kty: 'EC', crv: 'P-521' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
  Ed25519: { kty: 'OKP', crv: 'Ed25519' },
} as const satisfies Record<string, { kty: string; crv?: string }>;

/**
 * A supported signature algorithm. `EdDSA` and `Ed25519` are different names, and each matches only
 * itself.
 */
export type Algorithm = keyof typeof keyOf;

/** @internal */
export const algorithms = Object.keys(keyOf) as Algorithm[];

export function isAlgorithm(value: unknown): value is Algorithm {
  return typeof value === 'string' && Object.hasOwn(keyOf, value);
}

/** Whether the algorithm works with a key of this type and curve. */
export function keyTypeFits(
  algorithm: Algorithm,
  jwk: { readonly kty?: unknown; readonly crv?: unknown },
): boolean {
  const needed: { kty: string; crv?: string } = keyOf[algorithm];
  return jwk.kty === needed.kty && (needed.crv === undefined || jwk.crv === needed.crv);
}
