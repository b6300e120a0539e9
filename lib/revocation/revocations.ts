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
  endOf,
  isRevoked,
  isSuspended,
  merge,
  type RevocationRecord,
} from '../core/revocation/revocation-record.js';
import type { AuthgearUser } from '../core/user.js';
import { RESOLVED_OPTIONS } from '../options/tokens.js';
import { listedIssuers, type ResolvedOptions } from '../options/resolve.js';
import { SharedRevocations, StoreProblem } from './shared-revocations.js';

/** A disabled user's token would work again after a restart, until it expires. */
const IN_MEMORY =
  'Webhooks without the option "revocation.store": revocations are kept in memory, and end with ' +
  'this process. Set a store that survives a restart, such as Keyv with Redis.';
const SYNC_EVERY = 1_000;
const SWEEP_EVERY = 60_000;

/**
 * Knows which users' tokens are revoked, and since when: from webhooks delivered here, and from
 * records that other replicas wrote to the shared store.
 */
@Injectable()
export class Revocations implements OnApplicationBootstrap, OnModuleDestroy {
  /**
   * By user. Only signed events add records, and records expire after `keepFor`, so a client cannot
   * grow this map.
   */
  private readonly records = new Map<string, RevocationRecord>();
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
      new SharedRevocations(store, this.records, keepFor, clock, (failure) => this.tell(failure));
    this.isUsed =
      store !== undefined || listedIssuers(options).some(({ webhooks }) => webhooks !== undefined);
  }

  /**
   * Rejects with `token_revoked` when a credential issued or confirmed at `since` (epoch seconds)
   * is revoked, and with `revocation_unavailable` when the store fails. Returns a promise only to
   * reject or to read the store.
   */
  check(user: AuthgearUser, since: number): MaybePromise<void> {
    // Authgear's events are about human users only.
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
    // Do not wait for a store that is failing: it may hang.
    if (shared.isFailing && this.options.revocation.onStoreFailure === 'open') {
      return this.checkOwn(key, since);
    }
    try {
      const record = await shared.read(key);
      if (record !== undefined) this.remember(key, record);
    } catch (cause) {
      await this.checkOwn(key, since);
      if (this.options.revocation.onStoreFailure === 'open') return;
      throw new AuthError(
        'revocation_unavailable',
        `the revocation store failed: ${describe(cause)}`,
        { cause },
      );
    }
    return this.checkOwn(key, since);
  }

  /**
   * Applies an event. It takes effect here immediately, and on other replicas once it is in the
   * store.
   */
  async apply(issuer: string, userId: string, record: RevocationRecord): Promise<void> {
    const key = keyOf(issuer, userId);
    this.sweep();
    this.remember(key, record);
    await this.shared?.publish(key);
  }

  /** @internal Writes pending records to the store, and refills the store if it was emptied. */
  async sync(): Promise<void> {
    // Records read from the store are kept too. A replica that receives no event removes them here.
    this.sweep();
    await this.shared?.sync();
  }

  async onApplicationBootstrap(): Promise<void> {
    if (this.shared === undefined) {
      if (this.isUsed) this.options.logger.warn(IN_MEMORY);
      return;
    }
    void this.sync();
    this.timer = setInterval(() => void this.sync(), SYNC_EVERY).unref();
  }

  /** Makes a last attempt to write pending records. */
  async onModuleDestroy(): Promise<void> {
    if (this.timer === undefined) return;
    clearInterval(this.timer);
    await this.sync();
  }

  private findRefusal(key: string, since: number): AuthError | undefined {
    const record = this.records.get(key);
    if (record === undefined || this.isOver(record)) return undefined;
    // Event times are whole seconds. A token from the same second may be older than the event.
    if (isRevoked(record, Math.floor(since))) {
      const reason = 'the issuer has since reported that the user was disabled or deleted';
      return new AuthError('token_revoked', reason);
    }
    if (!isSuspended(record, this.options.clock() / 1000)) return undefined;
    const reason =
      'the issuer has reported that the user is disabled for a period that includes now';
    return new AuthError('token_revoked', reason);
  }

  private remember(key: string, record: RevocationRecord): void {
    const known = this.records.get(key);
    this.records.set(key, known === undefined ? record : merge(known, record));
  }

  private sweep(): void {
    const now = this.options.clock();
    if (isWithin(this.sweptAt, SWEEP_EVERY, now)) return;
    this.sweptAt = now;
    for (const [key, record] of this.records) if (this.isOver(record)) this.records.delete(key);
  }

  /** Whether every token that the record refuses has expired. */
  private isOver(record: RevocationRecord): boolean {
    const { clock, revocation } = this.options;
    return clock() >= endOf(record, revocation.keepFor / 1000) * 1000;
  }

  private tell(failure: unknown): void {
    const { logger, revocation } = this.options;
    const words = failure === undefined ? 'works again' : `failed: ${describe(failure)}`;
    const consequence =
      revocation.onStoreFailure === 'closed'
        ? 'authenticated requests get 503 until it recovers'
        : 'each replica uses only its own records';
    try {
      if (failure === undefined) logger.log(`The revocation store ${words}`);
      else logger.error(`revocation_unavailable: the revocation store ${words}; ${consequence}`);
    } catch {
      // An error in the application's logger must not break requests.
    }
  }
}

function keyOf(issuer: string, sub: string): string {
  return sha256(`${issuer} ${sub}`);
}

function describe(failure: unknown): string {
  return failure instanceof StoreProblem ? failure.message : 'it threw an error';
}
