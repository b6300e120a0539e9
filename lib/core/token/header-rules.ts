import type { Algorithm } from '../algorithms.js';
import { AuthError } from '../errors.js';
import type { TrustedIssuer } from '../issuer/issuer.js';
import type { KeyQuery } from '../keys/key-set.js';
import { printable } from '../printable.js';
import type { JsonObject } from '../types.js';
import type { ParsedToken } from './parse.js';

/**
 * Checks the JOSE header (RFC 7515 section 4, RFC 8725 sections 3.1 and 3.11) and says which key it asks for. `jku`, `jwk`, `x5u` and
 * `x5c` are ignored: a token does not choose whom to trust.
 */
export function checkHeader({ header, claims }: ParsedToken, issuer: TrustedIssuer): KeyQuery {
  const { typ } = header;
  const query = checkSigningHeader(header, issuer);
  if (issuer.typ !== 'any' && !issuer.typ.includes(normalizeTyp(typ))) {
    const code = issuer.profile.recognize(header, claims) ?? 'typ_not_allowed';
    throw new AuthError(code, `"typ" is ${typ === undefined ? 'absent' : `"${printable(typ)}"`}, accepted: ${issuer.typ.join(', ')}`);
  }
  return query;
}

/** The part of the header that is the same for every kind of token: how it is signed, and by which key. */
export function checkSigningHeader({ alg, crit, kid }: JsonObject, issuer: TrustedIssuer): KeyQuery {
  const algorithm = issuer.algorithms.find((allowed: Algorithm) => allowed === alg);
  if (algorithm === undefined) {
    throw new AuthError('algorithm_not_allowed', `"alg" is "${printable(alg)}", allowed: ${issuer.algorithms.join(', ')}`);
  }
  if (crit !== undefined) throw new AuthError('crit_not_supported', 'the header has "crit"');
  if (kid !== undefined && (typeof kid !== 'string' || kid === '')) throw new AuthError('kid_invalid', '"kid" is not a non-empty string');
  return { kid, alg: algorithm };
}

/** RFC 7515 section 4.1.9: `application/` may be left away, and media types ignore case. `''` for what is no string. */
export function normalizeTyp(typ: unknown): string {
  return typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : '';
}
