import { LRUCache } from 'lru-cache';
import { isWithin, type Clock } from '../clock.js';
import { AuthError } from '../errors.js';
import { SingleFlight } from '../single-flight.js';

/** Most entries that are kept. */
export const MAX_ENTRIES = 10_000;
/** How long a failed request is not repeated. */
const RETRY_AFTER = 1_000;

/** A result, and when it was requested: it is at most that old. Epoch milliseconds. */
export interface Entry<T> {
  readonly value: T;
  readonly requestedAt: number;
}

interface Failure {
  readonly at: number;
  readonly error: AuthError;
}

/**
 * Results that hold for a short time: one request at a time per key, repeated in the background
 * once half of the time has passed, so that nobody waits while traffic goes on. A refusal is never
 * kept, and ends what was known. Bounded.
 */
export class RefreshingCache<T extends object> {
  private readonly entries = new LRUCache<string, Entry<T>>({ max: MAX_ENTRIES });
  private readonly failures = new LRUCache<string, Failure>({ max: MAX_ENTRIES });
  private readonly flights = new SingleFlight<string, Entry<T>>();

  constructor(private readonly clock: Clock) {}

  /**
   * A result that is at most `maxAge` milliseconds old; with 0, one that was requested now. Rejects
   * with what `request` rejects with, and with `session_unconfirmed` when the result came too late
   * to be that young.
   */
  get(key: string, maxAge: number, request: () => Promise<T>): Entry<T> | Promise<Entry<T>> {
    const now = this.clock();
    this.dropFuture(key, now);
    const known = this.entries.get(key);
    const age = known === undefined ? Infinity : now - known.requestedAt;
    const failure = this.recentFailure(key, now);
    if (known === undefined || age >= maxAge) {
      // A request that failed a moment ago would fail again, and keep the other side busy.
      return failure === undefined
        ? this.request(key, now, maxAge, request)
        : Promise.reject(failure);
    }
    if (age >= maxAge / 2 && failure === undefined) {
      this.request(key, now, maxAge, request).catch(() => undefined);
    }
    return known;
  }

  /**
   * The clock was set back: what is from the future would look fresh when that time comes again.
   */
  private dropFuture(key: string, now: number): void {
    if ((this.flights.startedAt(key) ?? now) > now) this.flights.forget(key);
    if ((this.entries.get(key)?.requestedAt ?? now) <= now) return;
    this.entries.delete(key);
    this.failures.delete(key);
  }

  /** Joins the request that is under way, unless it started too long ago. */
  private async request(
    key: string,
    now: number,
    maxAge: number,
    request: () => Promise<T>,
  ): Promise<Entry<T>> {
    const isJoinable = now - (this.flights.startedAt(key) ?? now) <= maxAge;
    const start = (isLatest: () => boolean): Promise<Entry<T>> =>
      this.store(key, now, request, isLatest);
    const entry = await (isJoinable
      ? this.flights.run(key, start, now)
      : this.flights.restart(key, start, now));
    if (maxAge === 0 || this.clock() - entry.requestedAt <= maxAge) return entry;
    const reason = `the answer took longer than the ${maxAge / 1000} s that it may be old`;
    throw new AuthError('session_unconfirmed', reason);
  }

  /** Only the latest request is stored: a late, older one may be from before a refusal. */
  private async store(
    key: string,
    requestedAt: number,
    request: () => Promise<T>,
    isLatest: () => boolean,
  ): Promise<Entry<T>> {
    try {
      const entry = { value: await request(), requestedAt };
      if (isLatest()) this.entries.set(key, entry);
      this.failures.delete(key);
      return entry;
    } catch (error) {
      // An outage leaves what is known until its time is over. A refusal ends it.
      if (error instanceof AuthError && error.kind === 'unavailable') {
        this.failures.set(key, { at: this.clock(), error });
      } else {
        this.entries.delete(key);
      }
      throw error;
    }
  }

  private recentFailure(key: string, now: number): AuthError | undefined {
    const failure = this.failures.get(key);
    const isRecent = failure !== undefined && isWithin(failure.at, RETRY_AFTER, now);
    return isRecent ? failure.error : undefined;
  }
}
