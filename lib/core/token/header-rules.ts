import type { Algorithm } from '../crypto/algorithms.js';
import { AuthError } from '../errors.js';
import type { TrustedIssuer } from '../issuer/issuer.js';
import type { KeyQuery } from '../keys/key-set.js';
import { printable } from '../printable.js';
import type { JsonObject } from '../types.js';
import type { TokenContent } from './parse.js';

/**
 * Checks the JOSE header (RFC 7515 section 4, RFC 8725 sections 3.1 and 3.11) and says which key it
 * asks for. `jku`, `jwk`, `x5u` and `x5c` are ignored: a token does not choose whom to trust.
 */
export function checkHeader({ header, claims }: TokenContent, issuer: TrustedIssuer): KeyQuery {
  const alg = checkAlgorithm(header, issuer);
  checkTyp(header, claims, issuer);
  return { alg, kid: checkKeyId(header) };
}

/** What is the same for every kind of token: how it is signed, and by which key. */
export function checkSigningHeader(header: JsonObject, issuer: TrustedIssuer): KeyQuery {
  return { alg: checkAlgorithm(header, issuer), kid: checkKeyId(header) };
}

function checkAlgorithm({ alg }: JsonObject, { algorithms }: TrustedIssuer): Algorithm {
  const algorithm = algorithms.find((allowed: Algorithm) => allowed === alg);
  if (algorithm !== undefined) return algorithm;
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

/** RFC 7515 sections 4.1.11 and 4.1.4. */
function checkKeyId({ crit, kid }: JsonObject): string | undefined {
  if (crit !== undefined) throw new AuthError('crit_not_supported', 'the header has "crit"');
  if (kid !== undefined && (typeof kid !== 'string' || kid === ''))
    throw new AuthError('kid_invalid', '"kid" is not a non-empty string');
  return kid;
}

/**
 * RFC 7515 section 4.1.9: `application/` may be omitted, and media types ignore case. `''` for what
 * is no string.
 */
export function normalizeTyp(typ: unknown): string {
  return typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : '';
}
