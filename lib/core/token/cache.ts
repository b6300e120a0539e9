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
 * A token whose signature was verified, and which key it asks for. This proves nothing else: every
 * other rule is checked again with every request. It is one flat object, because the garbage
 * collector moves many of them.
 */
export interface CachedToken<Issuer extends TrustedIssuer = TrustedIssuer>
  extends VerifiedToken<Issuer>, KeyQuery {
  /**
   * The key that verified the signature. Every fetched key set has objects of its own, so this is
   * also the generation of the set.
   */
  readonly key: PublicKey;
}

/**
 * Tokens whose signature was verified, so that each token is parsed, verified and made into a user
 * once, and not with every request.
 *
 * A token is kept under its SHA-256: no bearer token stays in memory, and nobody can make a second
 * token with the same digest. Refusals are never kept. When the cache is full, the token that was
 * unused for longest goes first. Expired tokens go with the next new one, once a minute.
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

  /** The id under which a token is kept; `undefined` for what can be no token. */
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

  /** An expired token is not asked for again, so no request would delete it. */
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
