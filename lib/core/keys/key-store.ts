import type { Clock } from '../clock.js';
import { AuthError } from '../errors.js';
import type { MaybePromise } from '../maybe-promise.js';
import { printable } from '../printable.js';
import { SingleFlight } from '../single-flight.js';
import {
  afterFailure,
  afterSlowness,
  afterSuccess,
  decide,
  decideAfterFetch,
  healthOf,
  initialState,
  isWithinStaleFor,
  nextRetryAt,
  SLOW_AFTER,
  type Decision,
  type FetchPurpose,
  type Found,
  type KeyHealth,
  type KeyPolicy,
  type KeyState,
  type FinalDecision,
} from './freshness.js';
import { selectKey, type KeyQuery, type KeySet, type PublicKey } from './key-set.js';
import type { KeySource } from './source.js';

/** An event about the keys of an issuer, for logging. */
export type KeyEvent =
  | {
      readonly type: 'loaded';
      readonly issuer: string;
      readonly keySet: KeySet;
      readonly afterFailures: number;
    }
  | {
      readonly type: 'failed';
      readonly issuer: string;
      readonly error: AuthError;
      readonly failures: number;
      readonly health: KeyHealth;
    };

export interface KeyStoreOptions {
  readonly issuer: string;
  readonly source: KeySource;
  readonly policy: KeyPolicy;
  readonly clock: Clock;
  readonly onEvent: (event: KeyEvent) => void;
  /** Returns a random number in [0, 1). */
  readonly random: () => number;
}

/** The state of an issuer's keys as plain data. Times are in epoch seconds, and ages in seconds. */
export interface KeyStoreStatus {
  readonly issuer: string;
  /** `stale`: expired, but still used while the issuer cannot be reached. */
  readonly state: KeyHealth;
  readonly kids: readonly string[];
  /** Number of usable keys, including those without a `kid`. */
  readonly usableKeys: number;
  readonly fetchedAt: number | undefined;
  /** Seconds since the last successful fetch. */
  readonly age: number | undefined;
  readonly expiresAt: number | undefined;
  /** The keys are used until this time if the issuer cannot be reached. */
  readonly usableUntil: number | undefined;
  /** When the next fetch may start: the refresh on use, or the end of the backoff. */
  readonly nextAttemptAt: number | undefined;
  readonly lastError: { readonly code: string; readonly reason: string } | undefined;
  /** Number of fetch attempts so far, including failed ones. */
  readonly fetches: number;
  /** Number of consecutive failed attempts. */
  readonly failures: number;
  /**
   * Number of tokens with an unknown key that were refused without a fetch, because of the cooldown
   * or the backoff.
   */
  readonly refusedByCooldown: number;
}

/**
 * Stores the keys of one issuer. It holds the state and runs one fetch at a time. The decisions are
 * made in `freshness.ts`.
 */
export class KeyStore {
  private state: KeyState = initialState;
  private readonly flights = new SingleFlight<'fetch', void>();
  /** Resolves when the pending fetch becomes slow. */
  private slowness: Promise<void> | undefined;
  private fetches = 0;
  private refusedByCooldown = 0;
  private readonly closing = new AbortController();

  constructor(private readonly options: KeyStoreOptions) {}

  /**
   * Finds the key of a token. Returns a promise only if it has to wait for a fetch. Throws, or
   * rejects, with `key_unknown` (the issuer has no such key) or `keys_unavailable` (the keys cannot
   * be loaded now).
   */
  find(query: KeyQuery): MaybePromise<PublicKey> {
    const { found, key } = this.ask(query);
    const decision = this.decideNow(found);
    if (decision.action !== 'wait') return this.keyOrThrow(decision, key, query);
    return this.findAfterFetch(query);
  }

  /** Returns the key of a token if a usable one is available. Never fetches. */
  peek(query: KeyQuery): PublicKey | undefined {
    const { found, key } = this.ask(query);
    const { action } = decide(this.state, this.now(), found, this.options.policy);
    return action === 'serve' ? key : undefined;
  }

  private async findAfterFetch(query: KeyQuery): Promise<PublicKey> {
    const decision = await this.decideAfterFetch(() => this.ask(query).found);
    return this.keyOrThrow(decision, this.ask(query).key, query);
  }

  private keyOrThrow(
    decision: FinalDecision,
    key: PublicKey | undefined,
    query: KeyQuery,
  ): PublicKey {
    if (decision.action === 'serve' && key !== undefined) return key;
    if (decision.action === 'unavailable') throw this.unavailable(decision.retryAfter, query);
    throw new AuthError('key_unknown', this.describeUnknown(query), { facts: this.factsOf(query) });
  }

  /**
   * Returns the current key set. Waits for a fetch if no set may be used. Rejects with
   * `keys_unavailable`.
   */
  async keySet(): Promise<KeySet> {
    const decision = await this.decideAfterFetch(() =>
      this.state.loaded === undefined ? 'none' : 'key',
    );
    const { loaded } = this.state;
    if (decision.action === 'serve' && loaded !== undefined) return loaded.keySet;
    throw this.unavailable(decision.action === 'unavailable' ? decision.retryAfter : 0);
  }

  /**
   * Fetches now, regardless of cooldown and backoff, or joins a pending fetch. Rejects if the fetch
   * fails.
   */
  async refresh(): Promise<void> {
    await this.fetch('refresh');
    if (this.state.lastError !== undefined) throw this.state.lastError;
  }

  status(): KeyStoreStatus {
    const { loaded, lastError, failures } = this.state;
    const { policy } = this.options;
    const now = this.now();
    const nextAttemptAt = failures > 0 ? nextRetryAt(this.state, now, policy) : loaded?.refreshAt;
    return {
      issuer: this.options.issuer,
      state: healthOf(this.state, now, this.options.policy),
      kids: loaded?.keySet.keys.flatMap(({ kid }) => kid ?? []) ?? [],
      usableKeys: loaded?.keySet.keys.length ?? 0,
      fetchedAt: seconds(loaded?.fetchedAt),
      age: seconds(loaded && now - loaded.fetchedAt),
      expiresAt: seconds(loaded?.expiresAt),
      usableUntil: seconds(loaded && loaded.expiresAt + this.options.policy.staleFor),
      nextAttemptAt: seconds(nextAttemptAt),
      lastError: lastError && { code: lastError.code, reason: lastError.reason },
      fetches: this.fetches,
      failures,
      refusedByCooldown: this.refusedByCooldown,
    };
  }

  /** Aborts a pending fetch. Loaded keys stay usable. */
  close(): void {
    this.closing.abort(new Error('closed'));
  }

  /**
   * Returns the decision for the current state. Starts a refresh in the background if it is due.
   */
  private decideNow(found: Found): Decision {
    const decision = decide(this.state, this.now(), found, this.options.policy);
    if (decision.action === 'serve' && decision.refresh) void this.fetch('refresh');
    const isRefused = decision.action === 'refuse' || decision.action === 'unavailable';
    if (isRefused && found === 'unknown') this.refusedByCooldown += 1;
    return decision;
  }

  /**
   * Returns the decision after pending fetches. A pending fetch may have started before a rotation,
   * so another fetch may follow it.
   */
  private async decideAfterFetch(found: () => Found): Promise<FinalDecision> {
    await this.waitFor(this.flights.get('fetch'), found());
    const decision = this.decideNow(found());
    if (decision.action !== 'wait') return decision;
    await this.waitFor(this.fetch(decision.purpose), found());
    return decideAfterFetch(this.state, this.now(), found(), this.options.policy);
  }

  /**
   * Waits for a fetch. If a known key may be used without it, stops waiting when the fetch is slow.
   */
  private async waitFor(fetch: Promise<void> | undefined, found: Found): Promise<void> {
    const isKnown =
      found === 'key' && isWithinStaleFor(this.state, this.now(), this.options.policy);
    await (isKnown ? Promise.race([fetch, this.slowness]) : fetch);
  }

  /**
   * Runs one fetch at a time. Never rejects: its outcome is in the state. The fetch continues when
   * its caller stops waiting.
   */
  private fetch(purpose: FetchPurpose): Promise<void> {
    return this.flights.run('fetch', () => this.attempt(purpose));
  }

  private async attempt(purpose: FetchPurpose): Promise<void> {
    const { issuer, source, policy, random } = this.options;
    const { failures, loaded } = this.state;
    const endOfSlowness = this.watch();
    const end = () => ({ now: this.now(), jitter: random(), purpose, policy });
    try {
      this.fetches += 1;
      const fetched = await source(loaded?.etag, this.closing.signal);
      const keySet = fetched.keySet ?? loaded?.keySet;
      if (keySet === undefined)
        throw new AuthError(
          'keys_unavailable',
          `no keys from "${printable(issuer)}": it answered 304 to a first request`,
        );
      const { lifetime, etag } = fetched;
      this.state = afterSuccess(this.state, { keySet, lifetime, etag }, end());
      if (fetched.keySet !== undefined || failures > 0)
        this.notify({ type: 'loaded', issuer, keySet, afterFailures: failures });
    } catch (cause) {
      const error =
        cause instanceof AuthError
          ? cause
          : new AuthError('keys_unavailable', `no keys from "${printable(issuer)}"`, { cause });
      this.state = afterFailure(this.state, error, end());
      if (this.closing.signal.aborted) return;
      this.notify({
        type: 'failed',
        issuer,
        error,
        failures: this.state.failures,
        health: this.status().state,
      });
    } finally {
      endOfSlowness();
    }
  }

  /**
   * Updates the state when the fetch that starts now becomes slow. Returns a function that stops
   * the timer.
   */
  private watch(): () => void {
    let timer: NodeJS.Timeout | undefined;
    this.slowness = new Promise((resolve) => {
      timer = setTimeout(() => {
        this.state = afterSlowness(this.state);
        resolve();
      }, SLOW_AFTER).unref();
    });
    return () => clearTimeout(timer);
  }

  /** Notifies the listener. An error in the listener must not fail the fetch. */
  private notify(event: KeyEvent): void {
    try {
      this.options.onEvent(event);
    } catch {
      // The listener handles its own errors.
    }
  }

  private ask(query: KeyQuery): { found: Found; key?: PublicKey } {
    if (this.state.loaded === undefined) return { found: 'none' };
    const selection = selectKey(this.state.loaded.keySet, query);
    return typeof selection === 'string'
      ? { found: selection }
      : { found: 'key', key: selection.key };
  }

  private unavailable(retryAfter: number, query?: KeyQuery): AuthError {
    const { lastError } = this.state;
    const wait = Math.max(1, Math.ceil(retryAfter / 1000));
    const reason =
      lastError?.reason ?? `the keys of "${printable(this.options.issuer)}" are not loaded yet`;
    return new AuthError(lastError?.code ?? 'keys_unavailable', reason, {
      retryAfter: wait,
      facts: this.factsOf(query),
      cause: lastError?.cause,
    });
  }

  private describeUnknown({ kid, alg }: KeyQuery): string {
    const what =
      kid === undefined
        ? `the one key for ${alg}, and the token names none`
        : `a key "${printable(kid)}" for ${alg}`;
    return `the keys of "${printable(this.options.issuer)}" do not hold ${what}`;
  }

  private factsOf(query: KeyQuery | undefined): { iss: string; kid?: string } {
    const { issuer } = this.options;
    return query?.kid === undefined ? { iss: issuer } : { iss: issuer, kid: query.kid };
  }

  private now(): number {
    return this.options.clock();
  }
}

/**
 * Converts milliseconds to seconds. Returns `undefined` for configured keys, which never expire,
 * because JSON has no `Infinity`.
 */
function seconds(time: number | undefined): number | undefined {
  return time === undefined || !Number.isFinite(time) ? undefined : time / 1000;
}
