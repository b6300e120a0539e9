import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { isWithin, type Clock } from '../core/clock.js';
import {
  isSameRecord,
  lastEventAt,
  merge,
  readRecord,
  writeRecord,
  type RevocationRecord,
} from '../core/revocation/revocation-record.js';
import { SingleFlight } from '../core/single-flight.js';
import type { RevocationStore } from '../options/contracts.js';

const PREFIX = 'nestjs-authgear:';
/** Names this epoch of the store: another one, or none, means that it lost what it had. */
const EPOCH = `${PREFIX}epoch`;
/** A user is looked up at most so often. */
const READ_EVERY = 1_000;
/** A store that takes longer has failed; on the real clock. */
const DEADLINE = 1_000;
const MAX_READS = 10_000;
const MAX_ATTEMPTS = 5;
/**
 * A mark is looked after so often, a second apart: until nobody who read the store before it was
 * written can still write.
 */
const CONFIRMATIONS = 4;

/**
 * A failure in our own words, which may be told: a driver's may hold its address with a password.
 */
export class StoreProblem extends Error {}

interface Read {
  readonly at: number;
  readonly mark: Promise<RevocationRecord | undefined>;
}

/**
 * Marks in a store that all replicas share. Nothing that this replica knows gets lost: what could
 * not be written is written later, and a store that was emptied is filled again. Call
 * {@link sync} once a second.
 */
export class SharedRevocations {
  private readonly reads = new LRUCache<string, Read>({ max: MAX_READS });
  /**
   * What this replica knows, and what of it is not known to stay in the store; with the rounds that
   * are left.
   */
  private readonly pending = new Map<string, number>();
  private epoch: string | undefined;
  private readonly flights = new SingleFlight<'sync', void>();
  private failures = 0;
  /** Whether the last write, or the last {@link sync}, failed. */
  isFailing = false;

  constructor(
    private readonly store: RevocationStore,
    private readonly known: Map<string, RevocationRecord>,
    /** Milliseconds. */
    private readonly keepFor: number,
    private readonly clock: Clock,
    private readonly onChange: (failure: unknown) => void,
  ) {
    // Keyv tells of its adapter's failures here, and only here; and an error without a listener
    // would end the process.
    store.on?.('error', () => (this.failures += 1));
  }

  /** The mark of a user, at most a second old. Rejects when the store fails. */
  read(key: string): Promise<RevocationRecord | undefined> {
    const now = this.clock();
    const last = this.reads.get(key);
    if (last !== undefined && isWithin(last.at, READ_EVERY, now)) return last.mark;
    const mark = this.readNow(key);
    mark.catch(() => undefined);
    this.reads.set(key, { at: now, mark });
    return mark;
  }

  /** Writes a mark that is known here, now or as soon as the store works again. */
  async publish(key: string): Promise<void> {
    this.pending.set(key, CONFIRMATIONS);
    this.reads.delete(key);
    await this.tell(() => this.flush(key));
  }

  /**
   * Writes what is pending, and notices when the store was emptied. One at a time: a slow store
   * must not get slower.
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
    // A store that takes everything and gives nothing back has failed.
    if (typeof (await this.get(EPOCH)) !== 'string')
      throw new StoreProblem('it does not keep what is written to it');
    this.epoch = epoch;
  }

  private async readNow(key: string): Promise<RevocationRecord | undefined> {
    const text = await this.get(PREFIX + key);
    const mark = readRecord(text);
    // Something stands there that says nothing: it may have been a mark.
    if (mark === undefined && text !== undefined && text !== null)
      throw new StoreProblem('it holds something that is no mark');
    if (mark === undefined && this.isFailing) throw new StoreProblem('it failed a moment ago');
    const known = this.known.get(key);
    if (known !== undefined && (mark === undefined || !isSameRecord(mark, merge(mark, known))))
      this.pending.set(key, CONFIRMATIONS);
    return mark;
  }

  /**
   * There is no compare-and-set: what was written is read again, also in the rounds to come, and
   * written again if another replica wrote something older over it.
   */
  private async flush(key: string): Promise<void> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const stored = readRecord(await this.get(PREFIX + key));
      // Only now: more may have become known meanwhile.
      const known = this.known.get(key);
      if (known === undefined) return this.forget(key);
      const merged = stored === undefined ? known : merge(stored, known);
      this.known.set(key, merged);
      if (stored !== undefined && isSameRecord(stored, merged)) break;
      const ttl = lastEventAt(merged) * 1000 + this.keepFor - this.clock();
      if (ttl <= 0) return this.forget(key);
      if (attempt === MAX_ATTEMPTS - 1)
        throw new StoreProblem('it does not keep what is written to it');
      await this.set(PREFIX + key, writeRecord(merged), ttl);
    }
  }

  /**
   * The record is in the store, and another replica may still write an older one over it. Only
   * {@link sync} counts, once a second: events that follow each other must not use up the rounds.
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
      throw new StoreProblem('it did not take what was written');
  }

  private async attempt<T>(work: () => Promise<T>): Promise<T> {
    const before = this.failures;
    const result = await withDeadline(work());
    if (this.failures !== before) throw new StoreProblem('it reported an error');
    return result;
  }

  /** Never rejects: what did not work is tried again. */
  private async tell(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      if (this.isFailing) this.onChange(undefined);
      this.isFailing = false;
    } catch (failure) {
      if (!this.isFailing) this.onChange(failure);
      this.isFailing = true;
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
