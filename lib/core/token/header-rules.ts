import { isAlgorithm, type Algorithm } from '../crypto/algorithms.js';
import { AuthError } from '../errors.js';
import type { TrustedIssuer } from '../issuer/issuer.js';
import type { KeyQuery } from '../keys/key-set.js';
import { printable } from '../printable.js';
import type { JsonObject } from '../types.js';
import type { TokenContent } from './parse.js';

/**
 * Reads the key that a token names (RFC 7515 section 4, RFC 8725 section 3.1). Throws for
 * algorithms and header parameters that no issuer may use. `jku`, `jwk`, `x5u` and `x5c` are
 * ignored: a token does not choose the key that verifies it.
 */
export function readKeyQuery(header: JsonObject): KeyQuery {
  const { alg } = header;
  if (isAlgorithm(alg)) return { alg, kid: readKeyId(header) };
  const reason = `"alg" is "${printable(alg)}", which can never be allowed`;
  throw new AuthError('algorithm_not_allowed', reason);
}

/** Checks the algorithm and the type of an access token of this issuer (RFC 8725 section 3.11). */
export function checkHeader({ header, claims }: TokenContent, issuer: TrustedIssuer): void {
  checkAlgorithm(header, issuer);
  checkTyp(header, claims, issuer);
}

/** Checks the algorithm of any token of this issuer. */
export function checkAlgorithm({ alg }: JsonObject, { algorithms }: TrustedIssuer): void {
  if (algorithms.some((allowed: Algorithm) => allowed === alg)) return;
  throw new AuthError(
    'algorithm_not_allowed',
    `"alg" is "${printable(alg)}", allowed: ${algorithms.join(', ')}`,
  );
}

function checkTyp(header: JsonObject, claims: JsonObject, issuer: TrustedIssuer): void {
  const { typ } = header;
  if (issuer.typ === 'any' || issuer.typ.includes(normalizeTyp(typ))) return;
  const code = issuer.profile.recognize(header, claims) ?? 'typ_not_allowed';
  throw new AuthError(
    code,
    `"typ" is ${typ === undefined ? 'absent' : `"${printable(typ)}"`}, accepted: ` +
      issuer.typ.join(', '),
  );
}

/** Reads `kid` and refuses `crit` (RFC 7515 sections 4.1.4 and 4.1.11). */
function readKeyId({ crit, kid }: JsonObject): string | undefined {
  if (crit !== undefined) throw new AuthError('crit_not_supported', 'the header has "crit"');
  if (kid !== undefined && (typeof kid !== 'string' || kid === ''))
    throw new AuthError('kid_invalid', '"kid" is not a non-empty string');
  return kid;
}

/**
 * Normalizes `typ` (RFC 7515 section 4.1.9): `application/` may be omitted, and media types are
 * case-insensitive. Returns `''` for a value that is not a string.
 */
export function normalizeTyp(typ: unknown): string {
  return typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : '';
}
