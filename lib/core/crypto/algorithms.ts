/**
 * The signature algorithms that can be allowed (RFC 7518 section 3.1, RFC 8037 section 3.1, RFC
 * 9864 section 2.2) with the key each needs. Asymmetric ones only: neither `none` nor `HS*` has a
 * row, so no option can turn them on (RFC 8725 sections 3.1 and 3.2).
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
 * A signature algorithm that can be allowed. `EdDSA` and `Ed25519` are two names: each is matched
 * exactly.
 */
export type Algorithm = keyof typeof keyOf;

/** @internal */
export const algorithms = Object.keys(keyOf) as Algorithm[];

export function isAlgorithm(value: unknown): value is Algorithm {
  return typeof value === 'string' && Object.hasOwn(keyOf, value);
}

/** Whether a key of this type and curve makes signatures of this algorithm. */
export function keyTypeFits(
  algorithm: Algorithm,
  jwk: { readonly kty?: unknown; readonly crv?: unknown },
): boolean {
  const needed: { kty: string; crv?: string } = keyOf[algorithm];
  return jwk.kty === needed.kty && (needed.crv === undefined || jwk.crv === needed.crv);
}
