import { LRUCache } from 'lru-cache';
import { isWithin, type Clock } from '../clock.js';
import { sha256 } from '../crypto/digest.js';
import type { TrustedIssuer } from '../issuer/issuer.js';
import type { KeyQuery, PublicKey } from '../keys/key-set.js';
import { isPromise, type MaybePromise } from '../maybe-promise.js';
import type { AuthgearUser } from '../user.js';
import { MAX_TOKEN_BYTES } from './parse.js';
import type { VerifiedToken } from './verified-token.js';

const SWEEP_EVERY = 60_000;

/**
 * A token whose signature held, and which key it asks for. That is all it proves: everything else
 * is asked again with every sight. One flat object: the more there are to move, the longer the
 * garbage collector holds everybody up.
 */
export interface CachedToken extends VerifiedToken, KeyQuery {
  /**
   * The key that it held against. Every fetched key set has objects of its own, so this is the
   * generation of the set too.
   */
  readonly key: PublicKey;
}

/** What is known of a token when its key has been found. */
export interface KeyMatch {
  readonly query: KeyQuery;
  readonly key: PublicKey;
  readonly issuer: TrustedIssuer;
}

/**
 * Remembers tokens whose signature held, so that each is taken apart, checked against its key and
 * made into a user once, and not with every request.
 *
 * Kept under their SHA-256: no bearer token stays in memory, and nobody can make a second token
 * with the same digest. Refusals are never kept. An entry is of use only while its token passes all
 * rules anew, its key being in the current set among them, and is dropped when it does not. Those
 * that have expired go with the next new one, once a minute.
 */
export class TokenCache {
  private readonly seen: LRUCache<string, CachedToken>;
  /**
   * Signatures that are being checked, so that a token that comes many times at once is checked
   * once.
   */
  private readonly underWay = new Map<
    string,
    { readonly key: PublicKey; readonly check: Promise<boolean> }
  >();
  private sweptAt = 0;

  constructor(
    max: number,
    private readonly clock: Clock,
  ) {
    this.seen = new LRUCache({ max });
  }

  /** Under what a token is kept; `undefined` for what can be no token. */
  idOf(token: string): string | undefined {
    return typeof token === 'string' && token.length <= MAX_TOKEN_BYTES ? sha256(token) : undefined;
  }

  find(id: string): CachedToken | undefined {
    return this.seen.get(id);
  }

  drop(id: string): void {
    this.seen.delete(id);
  }

  /**
   * The verified token: with a user by `make` if the signature holds by `check`, unless the token
   * was seen under the same key and the same rules. `undefined`: the signature does not hold.
   */
  confirm(
    id: string,
    candidate: KeyMatch,
    check: () => MaybePromise<boolean>,
    make: () => AuthgearUser,
  ): MaybePromise<VerifiedToken | undefined> {
    const seen = this.seen.get(id);
    if (seen !== undefined && isSameKey(seen.key, candidate.key))
      return this.keep(id, seen, candidate, make);
    const checked = this.checkOnce(id, candidate, check);
    // Of those who waited together, the first made the user.
    if (isPromise(checked))
      return checked.then((holds) =>
        holds ? this.keep(id, this.seen.get(id), candidate, make) : undefined,
      );
    return checked ? this.keep(id, seen, candidate, make) : undefined;
  }

  private checkOnce(
    id: string,
    { key }: KeyMatch,
    check: () => MaybePromise<boolean>,
  ): MaybePromise<boolean> {
    const other = this.underWay.get(id);
    if (other?.key === key) return other.check;
    const outcome = check();
    if (!isPromise(outcome)) return outcome;
    const own = { key, check: outcome };
    const isOver = (): void => {
      if (this.underWay.get(id) === own) this.underWay.delete(id);
    };
    this.underWay.set(id, own);
    outcome.then(isOver, isOver);
    return outcome;
  }

  /**
   * One user per token and rules. The rules of an issuer that is looked up are other ones after the
   * next look.
   */
  private keep(
    id: string,
    seen: CachedToken | undefined,
    { query: { kid, alg }, key, issuer }: KeyMatch,
    make: () => AuthgearUser,
  ): VerifiedToken {
    const user = seen?.issuer === issuer ? seen.user : make();
    if (seen?.user === user && seen.key === key) return seen;
    const verified: CachedToken = { user, issuer, kid, alg, key };
    this.sweep();
    this.seen.set(id, verified);
    return verified;
  }

  /** What has expired is not asked for any more, so nobody else would drop it. */
  private sweep(): void {
    const now = this.clock();
    if (isWithin(this.sweptAt, SWEEP_EVERY, now)) return;
    this.sweptAt = now;
    for (const [id, seen] of this.seen.entries())
      if (hasExpired(seen, now / 1000)) this.seen.delete(id);
  }
}

function hasExpired({ user, issuer }: VerifiedToken, now: number): boolean {
  return now >= (user.expiresAt as number) + issuer.clockTolerance;
}

/** A set that was fetched anew brings the same keys as other objects. */
function isSameKey(one: PublicKey, other: PublicKey): boolean {
  return one === other || one.keyObject.equals(other.keyObject);
}
