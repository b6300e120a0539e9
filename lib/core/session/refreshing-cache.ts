import { LRUCache } from 'lru-cache';
import { isWithin, type Clock } from '../clock.js';
import { AuthError } from '../errors.js';
import { SingleFlight } from '../single-flight.js';

/** Maximum number of entries. */
export const MAX_ENTRIES = 10_000;
/** How long to wait before a failed request is repeated. Milliseconds. */
const RETRY_AFTER = 1_000;

/**
 * A result and the time of its request, in epoch milliseconds. The result is at least as recent as
 * the request.
 */
export interface Entry<T> {
  readonly value: T;
  readonly requestedAt: number;
}

interface Failure {
  readonly at: number;
  readonly error: AuthError;
}

/**
 * Caches results for a short time. Each key has one request at a time. After half of the maximum
 * age, a read starts a refresh in the background, so that callers do not wait. A refusal is never
 * cached, and removes the cached result. The size is bounded.
 */
export class RefreshingCache<T extends object> {
  private readonly entries = new LRUCache<string, Entry<T>>({ max: MAX_ENTRIES });
  private readonly failures = new LRUCache<string, Failure>({ max: MAX_ENTRIES });
  private readonly flights = new SingleFlight<string, Entry<T>>();

  constructor(private readonly clock: Clock) {}

  /**
   * Returns a result at most `maxAge` milliseconds old; 0 always makes a request. Rejects with the
   * error of `request`, or with `session_unconfirmed` when the request took longer than `maxAge`.
   */
  get(key: string, maxAge: number, request: () => Promise<T>): Entry<T> | Promise<Entry<T>> {
    const now = this.clock();
    this.dropFuture(key, now);
    const known = this.entries.get(key);
    const age = known === undefined ? Infinity : now - known.requestedAt;
    const failure = this.recentFailure(key, now);
    if (known === undefined || age >= maxAge) {
      // Do not add load to an upstream that failed a moment ago.
      return failure === undefined
        ? this.request(key, now, maxAge, request)
        : Promise.reject(failure);
    }
    if (age >= maxAge / 2 && failure === undefined) {
      this.request(key, now, maxAge, request).catch(() => undefined);
    }
    return known;
  }

  /** Drops entries from the future. After the clock is set back, they would look fresh too long. */
  private dropFuture(key: string, now: number): void {
    if ((this.flights.startedAt(key) ?? now) > now) this.flights.forget(key);
    if ((this.entries.get(key)?.requestedAt ?? now) <= now) return;
    this.entries.delete(key);
    this.failures.delete(key);
  }

  /** Joins the pending request, unless it started too long ago. */
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
    const reason = `the answer took longer than the allowed age of ${maxAge / 1000} s`;
    throw new AuthError('session_unconfirmed', reason);
  }

  /** Stores the result of the latest request only. An older one may precede a refusal. */
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
      // An outage keeps the cached result until it expires. A refusal removes it.
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
