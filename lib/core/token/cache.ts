import { LRUCache } from 'lru-cache';
import { isWithin, type Clock } from '../clock.js';
import { sha256 } from '../crypto/digest.js';
import type { TrustedIssuer } from '../issuer/issuer.js';
import type { KeyQuery, PublicKey } from '../keys/key-set.js';
import type { AuthgearUser } from '../user.js';
import { MAX_TOKEN_BYTES } from './parse.js';

const SWEEP_EVERY = 60_000;

/** The user of a genuine token, and the issuer whose rules it satisfies. */
export interface VerifiedToken<Issuer extends TrustedIssuer = TrustedIssuer> {
  readonly user: AuthgearUser;
  readonly issuer: Issuer;
}

/**
 * A token with a verified signature, and the key that it names. An entry proves nothing else: rules
 * whose outcome can change are checked again for every request. It is a flat object, because the
 * garbage collector moves many of them.
 */
export interface CachedToken<Issuer extends TrustedIssuer = TrustedIssuer>
  extends VerifiedToken<Issuer>, KeyQuery {
  /**
   * The key that verified the signature. Each fetched key set creates new objects, so this object
   * also identifies the fetched set.
   */
  readonly key: PublicKey;
}

/**
 * Caches tokens with a verified signature, so that each token is parsed and verified, and its user
 * created, only once.
 *
 * Entries are stored by the SHA-256 digest of the token: no bearer token stays in memory, and a
 * second token with the same digest cannot be created. Refused tokens are never cached. When the
 * cache is full, the least recently used token is removed. Expired tokens are removed at most once
 * a minute, when a new token is added.
 */
export class TokenCache<Issuer extends TrustedIssuer = TrustedIssuer> {
  private readonly tokens: LRUCache<string, CachedToken<Issuer>>;
  private sweptAt = 0;

  constructor(
    max: number,
    private readonly clock: Clock,
  ) {
    this.tokens = new LRUCache({ max });
  }

  /** Returns the cache id of a token; `undefined` for a value that cannot be a token. */
  idOf(token: string): string | undefined {
    const canBeToken = typeof token === 'string' && token.length <= MAX_TOKEN_BYTES;
    return canBeToken ? sha256(token) : undefined;
  }

  get(id: string): CachedToken<Issuer> | undefined {
    return this.tokens.get(id);
  }

  set(id: string, token: CachedToken<Issuer>): void {
    this.sweep();
    this.tokens.set(id, token);
  }

  delete(id: string): void {
    this.tokens.delete(id);
  }

  /**
   * Removes expired tokens. Clients do not send them again, so requests alone would not remove
   * them.
   */
  private sweep(): void {
    const now = this.clock();
    if (isWithin(this.sweptAt, SWEEP_EVERY, now)) return;
    this.sweptAt = now;
    for (const [id, token] of this.tokens.entries()) {
      if (hasExpired(token, now / 1000)) this.tokens.delete(id);
    }
  }
}

function hasExpired({ user, issuer }: VerifiedToken, now: number): boolean {
  return now >= (user.expiresAt as number) + issuer.clockTolerance;
}
