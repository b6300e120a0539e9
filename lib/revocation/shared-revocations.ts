import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { isWithin, type Clock } from '../core/clock.js';
import {
  endOf,
  isSameRecord,
  merge,
  readRecord,
  writeRecord,
  type RevocationRecord,
} from '../core/revocation/revocation-record.js';
import { SingleFlight } from '../core/single-flight.js';
import type { RevocationStore } from '../options/contracts.js';

const PREFIX = 'nestjs-authgear:';
/** Holds an id of the store's contents. A different id, or none, means that the store lost data. */
const EPOCH = `${PREFIX}epoch`;
/** The store is read at most once per user in this time, in milliseconds. */
const READ_EVERY = 1_000;
/** A store call that takes longer counts as failed. Milliseconds of the real clock. */
const DEADLINE = 1_000;
const MAX_READS = 10_000;
const MAX_ATTEMPTS = 5;
/**
 * How many syncs, one second apart, check a written record. After that, no replica that read the
 * store before the write can still overwrite it.
 */
const CONFIRMATIONS = 4;

/**
 * A store failure with a message that is safe to log. The driver's own error may contain its URL
 * with a password.
 */
export class StoreProblem extends Error {}

interface Read {
  readonly at: number;
  readonly record: Promise<RevocationRecord | undefined>;
}

/**
 * Revocation records in a store that all replicas share. This replica's records are never lost: it
 * retries failed writes, and refills a store that was emptied. Call {@link sync} once a second.
 */
export class SharedRevocations {
  private readonly reads = new LRUCache<string, Read>({ max: MAX_READS });
  /**
   * Keys whose records may still be missing from the store, with the number of checks left.
   */
  private readonly pending = new Map<string, number>();
  private epoch: string | undefined;
  private readonly flights = new SingleFlight<'sync', void>();
  private failures = 0;
  private hasFailed = false;

  constructor(
    private readonly store: RevocationStore,
    private readonly known: Map<string, RevocationRecord>,
    /** Milliseconds. */
    private readonly keepFor: number,
    private readonly clock: Clock,
    private readonly onChange: (failure: unknown) => void,
  ) {
    // Keyv reports its adapter's failures only as events. Without a listener, an "error" event
    // would crash the process.
    store.on?.('error', () => (this.failures += 1));
  }

  /** Whether the last write, or the last {@link sync}, failed. */
  get isFailing(): boolean {
    return this.hasFailed;
  }

  /** Reads the record of a user, at most a second old. Rejects when the store fails. */
  read(key: string): Promise<RevocationRecord | undefined> {
    const now = this.clock();
    const last = this.reads.get(key);
    if (last !== undefined && isWithin(last.at, READ_EVERY, now)) return last.record;
    const record = this.readNow(key);
    record.catch(() => undefined);
    this.reads.set(key, { at: now, record });
    return record;
  }

  /** Writes a known record now, or as soon as the store works again. */
  async publish(key: string): Promise<void> {
    this.pending.set(key, CONFIRMATIONS);
    this.reads.delete(key);
    await this.tell(() => this.flush(key));
  }

  /**
   * Writes pending records, and detects a store that was emptied. Only one sync runs at a time, so
   * that a slow store gets no extra load.
   */
  sync(): Promise<void> {
    return this.flights.run('sync', () => this.reconcile());
  }

  private reconcile(): Promise<void> {
    return this.tell(async () => {
      const epoch = await this.get(EPOCH);
      if (typeof epoch !== 'string' || epoch !== this.epoch)
        for (const key of this.known.keys()) this.pending.set(key, CONFIRMATIONS);
      for (const key of this.pending.keys()) {
        await this.flush(key);
        this.confirm(key);
      }
      if (typeof epoch !== 'string') await this.startEpoch();
      else this.epoch = epoch;
    });
  }

  private async startEpoch(): Promise<void> {
    const epoch = randomUUID();
    await this.set(EPOCH, epoch, this.keepFor);
    // Some stores accept writes and keep nothing.
    if (typeof (await this.get(EPOCH)) !== 'string')
      throw new StoreProblem('it does not keep what is written to it');
    this.epoch = epoch;
  }

  private async readNow(key: string): Promise<RevocationRecord | undefined> {
    const text = await this.get(PREFIX + key);
    const record = readRecord(text);
    // An unreadable value may have been a record.
    if (record === undefined && text !== undefined && text !== null)
      throw new StoreProblem('it holds a value that is not a revocation record');
    if (record === undefined && this.isFailing) throw new StoreProblem('it failed a moment ago');
    const known = this.known.get(key);
    if (
      known !== undefined &&
      (record === undefined || !isSameRecord(record, merge(record, known)))
    )
      this.pending.set(key, CONFIRMATIONS);
    return record;
  }

  /**
   * The store has no compare-and-set. So a record is read again after each write, here and in later
   * syncs, and written again if another replica overwrote it with an older one.
   */
  private async flush(key: string): Promise<void> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const stored = readRecord(await this.get(PREFIX + key));
      // Read after the await: another event may have arrived.
      const known = this.known.get(key);
      if (known === undefined) return this.forget(key);
      const merged = stored === undefined ? known : merge(stored, known);
      this.known.set(key, merged);
      if (stored !== undefined && isSameRecord(stored, merged)) break;
      const ttl = endOf(merged, this.keepFor / 1000) * 1000 - this.clock();
      if (ttl <= 0) return this.forget(key);
      if (attempt === MAX_ATTEMPTS - 1)
        throw new StoreProblem('it does not keep what is written to it');
      await this.set(PREFIX + key, writeRecord(merged), ttl);
    }
  }

  /**
   * Counts down the checks of a record: another replica may still overwrite it with an older one.
   * Only {@link sync} counts, once a second, so that events in quick succession do not use up the
   * checks.
   */
  private confirm(key: string): void {
    const left = (this.pending.get(key) ?? 1) - 1;
    if (left > 0) this.pending.set(key, left);
    else this.forget(key);
  }

  private forget(key: string): void {
    this.pending.delete(key);
  }

  private get(key: string): Promise<unknown> {
    return this.attempt(() => this.store.get(key));
  }

  private async set(key: string, value: string, ttl: number): Promise<void> {
    if ((await this.attempt(() => this.store.set(key, value, Math.ceil(ttl)))) === false)
      throw new StoreProblem('it rejected a write');
  }

  private async attempt<T>(work: () => Promise<T>): Promise<T> {
    const before = this.failures;
    const result = await withDeadline(work());
    if (this.failures !== before) throw new StoreProblem('it reported an error');
    return result;
  }

  /** Never rejects. The next {@link sync} retries what failed. */
  private async tell(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      if (this.hasFailed) this.onChange(undefined);
      this.hasFailed = false;
    } catch (failure) {
      if (!this.hasFailed) this.onChange(failure);
      this.hasFailed = true;
    }
  }
}

async function withDeadline<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new StoreProblem(`it did not answer within ${DEADLINE / 1000} s`)),
      DEADLINE,
    );
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
