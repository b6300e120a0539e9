import type { Clock } from '../clock.js';
import { isAlgorithm } from '../crypto/algorithms.js';
import { AuthError } from '../errors.js';
import type { TrustedIssuer } from '../issuer/issuer.js';
import type { KeyQuery, PublicKey } from '../keys/key-set.js';
import { andThen, isPromise, type MaybePromise } from '../maybe-promise.js';
import { printable } from '../printable.js';
import { deepFreeze, none, type JsonObject } from '../types.js';
import { AuthgearUser } from '../user.js';
import type { CachedToken, TokenCache } from './cache.js';
import {
  audienceOf,
  checkClaims,
  checkClaimsAgain,
  checkTimes,
  differByTrailingSlash,
  MAX_CLOCK_TOLERANCE,
} from './claim-rules.js';
import { checkHeader } from './header-rules.js';
import { lastHeader, parseToken, type SignedText, type TokenContent } from './parse.js';
import { signatureHolds, type VerificationKey } from '../crypto/signature.js';
import type { VerifiedToken } from './verified-token.js';

/** An issuer and where its keys are found. */
export interface KeyedIssuer {
  readonly issuer: TrustedIssuer;
  readonly keys: { find(query: KeyQuery): MaybePromise<PublicKey> };
}

/** The issuers that are trusted. */
export interface IssuerDirectory {
  /** The issuer of exactly this name; a promise only where it has to be looked up. */
  find(iss: string): MaybePromise<KeyedIssuer | undefined>;
  /** Those that are known by name, to tell what a refused token should have been. */
  readonly named: readonly TrustedIssuer[];
}

/**
 * Verifies an access token. A promise only where something has to be waited for (keys, the look-up
 * of an issuer), and for every refusal: it **never throws**, so that callers have one way to see
 * that a token is not genuine, current and meant for us: a promise that rejects with an
 * {@link AuthError}.
 */
export type Verify = (token: string) => MaybePromise<VerifiedToken>;

/**
 * The rules of RFC 9068 section 4 and RFC 8725, cheap refusals first: a token that is going to be
 * refused never causes a fetch, and nothing is trusted before the signature held.
 *
 * With a cache, a token that was seen is asked what may have changed since: its issuer, the times,
 * for whom it is, and its key.
 */
export function createVerifier(issuers: IssuerDirectory, clock: Clock, cache?: TokenCache): Verify {
  const readHeader = lastHeader();

  /**
   * A token that was seen. `undefined`: the rules or the key are other ones now, so it has to pass
   * all of them.
   */
  function recheck(seen: CachedToken): MaybePromise<VerifiedToken | undefined> {
    const { claims } = seen.user;
    const now = clock() / 1000;
    return andThen(findIssuer(claims, issuers, now), (found) => {
      if (found?.issuer !== seen.issuer) return undefined;
      checkClaimsAgain(claims, found.issuer, now);
      return andThen(found.keys.find(seen), (key) => (key === seen.key ? seen : undefined));
    });
  }

  function verify(text: string, id: string | undefined): MaybePromise<VerifiedToken> {
    const parsed = parseToken(text, readHeader);
    const now = clock() / 1000;
    return andThen(chooseIssuer(parsed, issuers, now), ({ issuer, keys }) => {
      const query = checkHeader(parsed, issuer);
      checkClaims(parsed.claims, issuer, now);
      return andThen(keys.find(query), (key) => {
        const check = (): MaybePromise<boolean> => isSignedBy(key, query, parsed);
        const make = (): AuthgearUser => toUser(parsed, issuer);
        const verified =
          cache === undefined || id === undefined
            ? andThen(check(), (holds) => (holds ? { user: make(), issuer } : undefined))
            : cache.confirm(id, { query, key, issuer }, check, make);
        // Not thrown: of all refusals a forger can have this one most often, and to throw through
        // all this costs a tenth more.
        return andThen(verified, (found) => found ?? Promise.reject(badSignature(key)));
      });
    });
  }

  function verifyAgain(seen: CachedToken, token: string, id: string): MaybePromise<VerifiedToken> {
    const forget = (error: unknown): never => {
      // An outage says nothing about the token.
      if (!(error instanceof AuthError && error.kind === 'unavailable')) cache?.drop(id);
      throw error;
    };
    try {
      const outcome = andThen(recheck(seen), (verified) => verified ?? verify(token, id));
      return isPromise(outcome) ? outcome.catch(forget) : outcome;
    } catch (error) {
      return forget(error);
    }
  }

  return (token) => {
    const id = cache?.idOf(token);
    const seen = id === undefined ? undefined : cache?.find(id);
    try {
      return seen === undefined || id === undefined
        ? verify(token, id)
        : verifyAgain(seen, token, id);
    } catch (error) {
      return Promise.reject(error);
    }
  };
}

/**
 * The issuer whose rules the token is held against, by exact `iss`. A token of another is held
 * against the first one's header rules too, so that the first thing wrong with it is the one that
 * is told; and nobody is asked to look up the issuer of an unsigned token.
 */
export function chooseIssuer(
  parsed: TokenContent,
  issuers: IssuerDirectory,
  now: number,
): MaybePromise<KeyedIssuer> {
  const { header, claims } = parsed;
  if (!isAlgorithm(header['alg'])) {
    throw new AuthError(
      'algorithm_not_allowed',
      `"alg" is "${printable(header['alg'])}", which can never be allowed`,
    );
  }
  const orRefuse = (found: KeyedIssuer | undefined): KeyedIssuer => {
    if (found !== undefined) return found;
    const [first] = issuers.named;
    if (first !== undefined) checkHeader(parsed, first);
    throw foreignIssuer(claims, issuers.named);
  };
  return andThen(findIssuer(claims, issuers, now), orRefuse);
}

/**
 * By exact `iss`. Nobody is asked to look up the issuer of a token that is too old under any rules.
 */
function findIssuer(
  { iss, exp }: JsonObject,
  issuers: IssuerDirectory,
  now: number,
): MaybePromise<KeyedIssuer | undefined> {
  if (issuers.named.length === 0 && typeof exp === 'number')
    checkTimes({ exp }, MAX_CLOCK_TOLERANCE, now);
  return typeof iss === 'string' && iss !== '' ? issuers.find(iss) : undefined;
}

function foreignIssuer(claims: JsonObject, named: readonly TrustedIssuer[]): AuthError {
  const { iss } = claims;
  if (!Object.hasOwn(claims, 'iss'))
    return new AuthError('claim_missing', 'the claim "iss" is missing');
  if (typeof iss !== 'string' || iss === '')
    return new AuthError('claim_invalid', 'the claim "iss" is not a non-empty string');
  const code = named.some(({ issuer }) => differByTrailingSlash(iss, issuer))
    ? 'issuer_trailing_slash'
    : 'issuer_mismatch';
  const trusted =
    named.length === 0
      ? 'which the lookup of "issuers" does not know'
      : `trusted: "${named.map(({ issuer }) => issuer).join('", "')}"`;
  return new AuthError(code, `"iss" is "${printable(iss)}", ${trusted}`, { facts: { iss } });
}

/**
 * Throws, or rejects with, `signature_invalid` unless the key, which was found by this query, made
 * the signature.
 */
export function requireSignature(
  text: SignedText,
  key: PublicKey,
  query: KeyQuery,
): MaybePromise<void> {
  return andThen(isSignedBy(key, query, text), (holds) => {
    if (!holds) throw badSignature(key);
  });
}

function isSignedBy(
  { byAlgorithm }: PublicKey,
  { alg }: KeyQuery,
  text: SignedText,
): MaybePromise<boolean> {
  return signatureHolds(text, byAlgorithm.get(alg) as VerificationKey);
}

function badSignature({ kid }: PublicKey): AuthError {
  return new AuthError(
    'signature_invalid',
    `the signature does not hold against key "${printable(kid ?? '')}"`,
    {
      facts: kid === undefined ? {} : { kid },
    },
  );
}

function toUser({ claims }: TokenContent, { issuer, profile }: TrustedIssuer): AuthgearUser {
  deepFreeze(claims);
  const fields = profile.readUser(claims);
  // Name by name: to spread them costs as much as all the claim rules.
  return new AuthgearUser({
    sub: claims['sub'] as string,
    issuer,
    via: 'jwt',
    clientId: claims[profile.clientIdClaim] as string | undefined,
    audience: Object.freeze(audienceOf(claims, profile)),
    amr: (claims['amr'] as readonly string[] | undefined) ?? none,
    expiresAt: claims['exp'] as number,
    scopes: fields.scopes,
    roles: fields.roles,
    isAnonymous: fields.isAnonymous,
    isVerified: fields.isVerified,
    canReauthenticate: fields.canReauthenticate,
    isMachine: fields.isMachine,
    authTime: fields.authTime,
    organizations: fields.organizations,
    sessionId: fields.sessionId,
    principalType: fields.principalType,
    claims,
  });
}
