import type { Clock } from '../clock.js';
import { signatureHolds, type SignedText, type VerificationKey } from '../crypto/signature.js';
import { AuthError } from '../errors.js';
import type { TrustedIssuer } from '../issuer/issuer.js';
import type { KeyQuery, PublicKey } from '../keys/key-set.js';
import { andThen, isPromise, type MaybePromise } from '../maybe-promise.js';
import { printable } from '../printable.js';
import { SingleFlight } from '../single-flight.js';
import { deepFreeze, none, type JsonObject } from '../types.js';
import { AuthgearUser } from '../user.js';
import type { CachedToken, TokenCache, VerifiedToken } from './cache.js';
import {
  audienceOf,
  checkClaims,
  checkClaimsAgain,
  checkClaimsOfAny,
  checkTimes,
  checkUnbound,
  differsByTrailingSlash,
  MAX_CLOCK_TOLERANCE,
} from './claim-rules.js';
import { checkHeader, readKeyQuery } from './header-rules.js';
import { lastHeader, parseToken, type TokenContent } from './parse.js';

/** An issuer and its keys. */
export interface KeyedIssuer<Issuer extends TrustedIssuer = TrustedIssuer> {
  readonly issuer: Issuer;
  readonly keys: {
    find(query: KeyQuery): MaybePromise<PublicKey>;
    /** Returns the key if it is available. Never fetches. */
    peek(query: KeyQuery): PublicKey | undefined;
  };
}

/** The trusted issuers. */
export interface IssuerDirectory<Issuer extends TrustedIssuer = TrustedIssuer> {
  /**
   * Finds an issuer by its exact name. Returns a promise only if the issuer has to be looked up.
   */
  find(iss: string): MaybePromise<KeyedIssuer<Issuer> | undefined>;
  /**
   * The configured issuers; empty if issuers are looked up. The log lists them for a token of
   * another issuer.
   */
  readonly named: readonly TrustedIssuer[];
}

/**
 * Verifies an access token. It **never throws**: it returns a promise that rejects with an
 * {@link AuthError} if the token is not genuine, current and meant for this API. It returns a value
 * instead of a promise only for a cached token.
 */
export type Verify<Issuer extends TrustedIssuer = TrustedIssuer> = (
  token: string,
) => MaybePromise<VerifiedToken<Issuer>>;

/**
 * Creates a verifier for access tokens by the rules of RFC 9068 section 4 and RFC 8725. Cheap
 * checks come first: a token that they refuse never causes a fetch, and nothing is trusted before
 * the signature is verified.
 *
 * With a cache, a known token is checked only for what may have changed: its issuer, the times, the
 * audience, the client and the key.
 */
export function createVerifier<Issuer extends TrustedIssuer>(
  issuers: IssuerDirectory<Issuer>,
  clock: Clock,
  cache?: TokenCache<Issuer>,
): Verify<Issuer> {
  const readHeader = lastHeader();
  const tolerance = toleranceOf(issuers);

  async function verify(text: string, id?: string): Promise<VerifiedToken<Issuer>> {
    const parsed = parseToken(text, readHeader);
    const now = clock() / 1000;
    const query = readKeyQuery(parsed.header);
    checkClaimsOfAny(parsed.claims, tolerance, now);
    checkUnbound(parsed.claims);
    const { issuer, keys } = await chooseIssuer(parsed, issuers);
    try {
      checkHeader(parsed, issuer);
      checkClaims(parsed.claims, issuer, now);
    } catch (refusal) {
      throw await withholdUnlessGenuine(refusal, parsed, keys.peek(query), query);
    }
    const key = await keys.find(query);
    await requireSignature(parsed, key, query);
    const user = toUser(parsed, issuer);
    if (id !== undefined) cache?.set(id, { user, issuer, kid: query.kid, alg: query.alg, key });
    return { user, issuer };
  }

  return cache === undefined ? verify : verifyWithCache(verify, cache, issuers, clock);
}

/** Verifies each token once, and checks cached tokens again. */
function verifyWithCache<Issuer extends TrustedIssuer>(
  verify: (token: string, id?: string) => Promise<VerifiedToken<Issuer>>,
  cache: TokenCache<Issuer>,
  issuers: IssuerDirectory<Issuer>,
  clock: Clock,
): Verify<Issuer> {
  const flights = new SingleFlight<string, VerifiedToken<Issuer>>();
  const isLookedUp = issuers.named.length === 0;

  /**
   * Returns `undefined` if the issuer's rules or the key have changed. Every rule must then be
   * checked.
   */
  function recheck(
    id: string,
    token: CachedToken<Issuer>,
  ): MaybePromise<VerifiedToken | undefined> {
    const { claims } = token.user;
    const now = clock() / 1000;
    // A token that has expired with any tolerance causes no lookup.
    if (isLookedUp) checkTimes(claims, MAX_CLOCK_TOLERANCE, now);
    return andThen(findIssuer(claims, issuers), (found) => {
      if (found?.issuer !== token.issuer) return undefined;
      checkClaimsAgain(claims, found.issuer, now);
      return andThen(found.keys.find(token), (key) => {
        if (key === token.key) return token;
        // A set that was fetched again has new objects for the same keys.
        if (!key.keyObject.equals(token.key.keyObject)) return undefined;
        cache.set(id, { ...token, key });
        return token;
      });
    });
  }

  function verifyCached(
    text: string,
    id: string,
    token: CachedToken<Issuer>,
  ): MaybePromise<VerifiedToken<Issuer>> {
    const forget = (error: unknown): void => {
      // An outage does not make the token invalid.
      if (!(error instanceof AuthError && error.kind === 'unavailable')) cache.delete(id);
    };
    try {
      const outcome = andThen(recheck(id, token), (found) =>
        found === undefined ? verify(text, id) : token,
      );
      if (isPromise(outcome)) outcome.catch(forget);
      return outcome;
    } catch (error) {
      forget(error);
      return Promise.reject(error);
    }
  }

  return function verifyOnce(text): MaybePromise<VerifiedToken<Issuer>> {
    const id = cache.idOf(text);
    if (id === undefined) return verify(text);
    const underWay = flights.get(id);
    // The rules may change while the first call waits, so the calls that joined check the token
    // again.
    if (underWay !== undefined) return underWay.then(() => verifyOnce(text));
    const token = cache.get(id);
    const outcome = token === undefined ? verify(text, id) : verifyCached(text, id, token);
    return isPromise(outcome) ? flights.run(id, () => outcome) : outcome;
  };
}

/**
 * Returns the largest clock tolerance of all issuers, in seconds. The tolerance of an issuer that
 * is looked up is not known yet, so the result is then {@link MAX_CLOCK_TOLERANCE}.
 */
export function toleranceOf({ named }: IssuerDirectory): number {
  return named.length === 0
    ? MAX_CLOCK_TOLERANCE
    : Math.max(...named.map(({ clockTolerance }) => clockTolerance));
}

/**
 * Finds the issuer of a token by exact `iss`. A token of another issuer is also checked against the
 * header rules of the first issuer, so that the log names the first problem of the token.
 */
export async function chooseIssuer<Issuer extends TrustedIssuer>(
  parsed: TokenContent,
  issuers: IssuerDirectory<Issuer>,
): Promise<KeyedIssuer<Issuer>> {
  const found = await findIssuer(parsed.claims, issuers);
  if (found !== undefined) return found;
  throw refuseForeign(parsed, issuers.named).withhold();
}

function findIssuer<Issuer extends TrustedIssuer>(
  { iss }: JsonObject,
  issuers: IssuerDirectory<Issuer>,
): MaybePromise<KeyedIssuer<Issuer> | undefined> {
  return typeof iss === 'string' && iss !== '' ? issuers.find(iss) : undefined;
}

function refuseForeign(parsed: TokenContent, named: readonly TrustedIssuer[]): AuthError {
  const [first] = named;
  try {
    if (first !== undefined) checkHeader(parsed, first);
  } catch (error) {
    return error as AuthError;
  }
  return foreignIssuer(parsed.claims, named);
}

/**
 * Withholds a refusal from the client unless the issuer signed the token. A refusal before the
 * signature check depends on the configuration. No key is fetched for this.
 */
async function withholdUnlessGenuine(
  refusal: unknown,
  text: SignedText,
  key: PublicKey | undefined,
  { alg }: KeyQuery,
): Promise<unknown> {
  if (!(refusal instanceof AuthError) || refusal.publicCode === 'token_invalid') return refusal;
  const verificationKey = key?.byAlgorithm.get(alg);
  const isGenuine = verificationKey !== undefined && (await signatureHolds(text, verificationKey));
  return isGenuine ? refusal : refusal.withhold();
}

function foreignIssuer(claims: JsonObject, named: readonly TrustedIssuer[]): AuthError {
  const { iss } = claims;
  if (!Object.hasOwn(claims, 'iss')) {
    return new AuthError('claim_missing', 'the claim "iss" is missing');
  }
  if (typeof iss !== 'string' || iss === '') {
    return new AuthError('claim_invalid', 'the claim "iss" is not a non-empty string');
  }
  const isNamed = (name: string): boolean => named.some(({ issuer }) => issuer === name);
  const trusted =
    named.length === 0
      ? 'which the lookup of "issuers" does not know'
      : `trusted: "${named.map(({ issuer }) => issuer).join('", "')}"`;
  const isAlmost = differsByTrailingSlash(iss, isNamed);
  const code = isAlmost ? 'issuer_trailing_slash' : 'issuer_mismatch';
  return new AuthError(code, `"iss" is "${printable(iss)}", ${trusted}`, { facts: { iss } });
}

/**
 * Rejects with `signature_invalid` unless the signature was made with this key. The query is the
 * one that found the key.
 */
export async function requireSignature(
  text: SignedText,
  { kid, byAlgorithm }: PublicKey,
  { alg }: KeyQuery,
): Promise<void> {
  if (await signatureHolds(text, byAlgorithm.get(alg) as VerificationKey)) return;
  const reason = `the signature does not hold against key "${printable(kid ?? '')}"`;
  throw new AuthError('signature_invalid', reason, { facts: kid === undefined ? {} : { kid } });
}

function toUser({ claims }: TokenContent, { issuer, profile }: TrustedIssuer): AuthgearUser {
  deepFreeze(claims);
  const fields = profile.readUser(claims);
  // Copies field by field, because spreading costs as much as all claim rules.
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
