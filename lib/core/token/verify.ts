import type { Clock } from '../clock.js';
import { AuthError } from '../errors.js';
import type { TrustedIssuer } from '../issuer/issuer.js';
import { verifySignature, type VerificationKey } from '../jose.js';
import type { KeyQuery, PublicKey } from '../keys/key-set.js';
import { printable } from '../printable.js';
import { deepFreeze } from '../types.js';
import { AuthgearUser } from '../user.js';
import { audienceOf, checkClaims, differByTrailingSlash } from './claim-rules.js';
import { checkHeader } from './header-rules.js';
import { parseToken, type ParsedToken } from './parse.js';

export interface VerifierOptions {
  readonly issuers: readonly TrustedIssuer[];
  readonly findKey: (issuer: TrustedIssuer, query: KeyQuery) => PublicKey | Promise<PublicKey>;
  readonly clock: Clock;
}

/** Turns an access token into a user. Rejects with an {@link AuthError} when it is not genuine, current and meant for us. */
export type Verify = (token: string) => Promise<AuthgearUser>;

/**
 * The rules of RFC 9068 section 4 and RFC 8725, cheap refusals first: a token that is going to be refused never causes a fetch, and
 * nothing is trusted before the signature held.
 */
export function createVerifier({ issuers, findKey, clock }: VerifierOptions): Verify {
  return async (token) => {
    const parsed = parseToken(token);
    const issuer = chooseIssuer(parsed, issuers);
    const query = checkHeader(parsed, issuer);
    checkIssuer(parsed, issuer);
    checkClaims(parsed.claims, issuer, clock() / 1000);
    const found = findKey(issuer, query);
    const key = found instanceof Promise ? await found : found;
    const holds = await verifySignature(token, key.byAlgorithm.get(query.alg) as VerificationKey, query.alg);
    if (!holds) throw badSignature(key);
    return toUser(parsed, issuer);
  };
}

/** The issuer whose rules the token is held against: its own by exact `iss`, else the first, which will refuse it. */
function chooseIssuer({ claims }: ParsedToken, issuers: readonly TrustedIssuer[]): TrustedIssuer {
  const chosen = issuers.find(({ issuer }) => issuer === claims['iss']) ?? issuers[0];
  if (chosen === undefined) throw new AuthError('issuer_mismatch', 'no issuer is trusted');
  return chosen;
}

function checkIssuer({ claims }: ParsedToken, { issuer }: TrustedIssuer): void {
  const { iss } = claims;
  if (iss === issuer) return;
  if (!Object.hasOwn(claims, 'iss')) throw new AuthError('claim_missing', 'the claim "iss" is missing');
  if (typeof iss !== 'string' || iss === '') throw new AuthError('claim_invalid', 'the claim "iss" is not a non-empty string');
  const code = differByTrailingSlash(iss, issuer) ? 'issuer_trailing_slash' : 'issuer_mismatch';
  throw new AuthError(code, `"iss" is "${printable(iss)}", trusted: "${issuer}"`, { facts: { iss } });
}

function badSignature({ kid }: PublicKey): AuthError {
  return new AuthError('signature_invalid', `the signature does not hold against key "${printable(kid ?? '')}"`, {
    facts: kid === undefined ? {} : { kid },
  });
}

function toUser({ claims }: ParsedToken, { issuer, profile }: TrustedIssuer): AuthgearUser {
  const scope = (claims['scope'] as string | undefined) ?? '';
  return new AuthgearUser({
    sub: claims['sub'] as string,
    issuer,
    clientId: claims['client_id'] as string | undefined,
    audience: Object.freeze([...audienceOf(claims)]),
    scopes: Object.freeze(scope.split(' ').filter((item) => item !== '')),
    amr: (claims['amr'] as readonly string[] | undefined) ?? [],
    expiresAt: claims['exp'] as number,
    ...profile.readUser(claims),
    claims: deepFreeze(claims),
  });
}
