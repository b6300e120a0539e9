import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { isWithin } from '../core/clock.js';
import { sha256 } from '../core/crypto/digest.js';
import { AuthError } from '../core/errors.js';
import type { MaybePromise } from '../core/maybe-promise.js';
import {
  isRevoked,
  lastEventAt,
  merge,
  type RevocationRecord,
} from '../core/revocation/revocation-record.js';
import type { AuthgearUser } from '../core/user.js';
import { RESOLVED_OPTIONS } from '../options/tokens.js';
import { listedIssuers, type ResolvedOptions } from '../options/resolve.js';
import { SharedRevocations, StoreProblem } from './shared-revocations.js';

const SYNC_EVERY = 1_000;
const SWEEP_EVERY = 60_000;

/**
 * Knows whose tokens no longer count, and since when: what webhooks said here, and what other
 * replicas put into the shared store.
 */
@Injectable()
export class Revocations implements OnApplicationBootstrap, OnModuleDestroy {
  /**
   * By user. As many as were disabled or deleted within `keepFor`: the issuer says who, so nobody
   * else can fill it.
   */
  private readonly marks = new Map<string, RevocationRecord>();
  private readonly shared: SharedRevocations | undefined;
  private readonly isUsed: boolean;
  private sweptAt = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(RESOLVED_OPTIONS)
    private readonly options: Pick<ResolvedOptions, 'issuers' | 'revocation' | 'clock' | 'logger'>,
  ) {
    const { revocation, clock } = options;
    const { store, keepFor } = revocation;
    this.shared =
      store &&
      new SharedRevocations(store, this.marks, keepFor, clock, (failure) => this.tell(failure));
    this.isUsed =
      store !== undefined || listedIssuers(options).some(({ webhooks }) => webhooks !== undefined);
  }

  /**
   * Rejects with `token_revoked` when what speaks for the user is from `since` (epoch seconds) and
   * no longer counts, and `revocation_unavailable` when the store fails. A promise only if the
   * store has to be asked.
   */
  check(user: AuthgearUser, since: number): MaybePromise<void> {
    // Events are about people.
    if (!this.isUsed || user.isMachine) return undefined;
    const key = keyOf(user.issuer, user.sub);
    return this.shared === undefined
      ? this.checkOwn(key, since)
      : this.checkShared(this.shared, key, since);
  }

  private checkOwn(key: string, since: number): MaybePromise<void> {
    const refusal = this.findRefusal(key, since);
    return refusal && Promise.reject(refusal);
  }

  private async checkShared(shared: SharedRevocations, key: string, since: number): Promise<void> {
    // A store that is known to fail is not waited for: it may hang.
    if (shared.isFailing && this.options.revocation.onStoreFailure === 'open') {
      return this.checkOwn(key, since);
    }
    try {
      const mark = await shared.read(key);
      if (mark !== undefined) this.remember(key, mark);
    } catch (cause) {
      await this.checkOwn(key, since);
      if (this.options.revocation.onStoreFailure === 'open') return;
      throw new AuthError(
        'revocation_unavailable',
        `the store of revocations failed: ${describe(cause)}`,
        { cause },
      );
    }
    return this.checkOwn(key, since);
  }

  /**
   * Takes in what an event said. It holds here at once, and everywhere as soon as the store has it.
   */
  async apply(issuer: string, userId: string, mark: RevocationRecord): Promise<void> {
    const key = keyOf(issuer, userId);
    this.sweep();
    this.remember(key, mark);
    await this.shared?.publish(key);
  }

  /** @internal Writes to the store what could not be written, and fills one that was emptied. */
  async sync(): Promise<void> {
    // What was read in the store is remembered here as well, and may be all that ever comes.
    this.sweep();
    await this.shared?.sync();
  }

  async onApplicationBootstrap(): Promise<void> {
    if (this.shared === undefined) return;
    void this.sync();
    this.timer = setInterval(() => void this.sync(), SYNC_EVERY).unref();
  }

  /** What is not in the store yet gets a last chance. */
  async onModuleDestroy(): Promise<void> {
    if (this.timer === undefined) return;
    clearInterval(this.timer);
    await this.sync();
  }

  private findRefusal(key: string, since: number): AuthError | undefined {
    const mark = this.marks.get(key);
    // Events tell whole seconds: what is from the same one may be from before.
    if (mark === undefined || this.isOver(mark) || !isRevoked(mark, Math.floor(since)))
      return undefined;
    return new AuthError(
      'token_revoked',
      'the issuer said that the user was disabled or deleted, and this is from before',
    );
  }

  private remember(key: string, mark: RevocationRecord): void {
    const known = this.marks.get(key);
    this.marks.set(key, known === undefined ? mark : merge(known, mark));
  }

  private sweep(): void {
    const now = this.options.clock();
    if (isWithin(this.sweptAt, SWEEP_EVERY, now)) return;
    this.sweptAt = now;
    for (const [key, mark] of this.marks) if (this.isOver(mark)) this.marks.delete(key);
  }

  /** No token is that old any more. */
  private isOver(mark: RevocationRecord): boolean {
    return this.options.clock() >= lastEventAt(mark) * 1000 + this.options.revocation.keepFor;
  }

  private tell(failure: unknown): void {
    const { logger, revocation } = this.options;
    const words = failure === undefined ? 'works again' : `failed: ${describe(failure)}`;
    const consequence =
      revocation.onStoreFailure === 'closed'
        ? 'tokens are answered with 503 until it works'
        : 'each replica goes by what it knows';
    try {
      if (failure === undefined) logger.log(`The store of revocations ${words}`);
      else
        logger.error(`revocation_unavailable: the store of revocations ${words}; ${consequence}`);
    } catch {
      // Whoever gave the logger has to look after it.
    }
  }
}

function keyOf(issuer: string, sub: string): string {
  return sha256(`${issuer} ${sub}`);
}

function describe(failure: unknown): string {
  return failure instanceof StoreProblem ? failure.message : 'it threw an error';
}
