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

/** What happened to the keys of an issuer, for whoever writes logs. */
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
  /** A random number of [0, 1). */
  readonly random: () => number;
}

/** The state of an issuer's keys as plain data. Times are epoch seconds, ages are seconds. */
export interface KeyStoreStatus {
  readonly issuer: string;
  /** `stale`: past its lifetime, and used while the issuer cannot be reached. */
  readonly state: KeyHealth;
  readonly kids: readonly string[];
  /** Keys that can be used, those without a `kid` too. */
  readonly usableKeys: number;
  readonly fetchedAt: number | undefined;
  /** Seconds since the last successful fetch. */
  readonly age: number | undefined;
  readonly expiresAt: number | undefined;
  /** Until then the keys are used if the issuer cannot be reached. */
  readonly usableUntil: number | undefined;
  /** When the next fetch may start: the refresh on use, or the end of the back-off. */
  readonly nextAttemptAt: number | undefined;
  readonly lastError: { readonly code: string; readonly reason: string } | undefined;
  /** Attempts to fetch so far, failed ones too. */
  readonly fetches: number;
  /** Failed attempts in a row. */
  readonly failures: number;
  /**
   * Tokens with an unknown key that were answered without a fetch, because the cooldown or the
   * back-off ran.
   */
  readonly refusedByCooldown: number;
}

/**
 * Keeps the keys of one issuer. Holds the state and the one flight; what to do is decided in
 * `freshness.ts`.
 */
export class KeyStore {
  private state: KeyState = initialState;
  private readonly flights = new SingleFlight<'fetch', void>();
  /** Settles when the fetch that is under way becomes slow. */
  private slowness: Promise<void> | undefined;
  private fetches = 0;
  private refusedByCooldown = 0;
  private readonly closing = new AbortController();

  constructor(private readonly options: KeyStoreOptions) {}

  /**
   * Finds the key of a token. Returns a promise only if a fetch has to be waited for. Throws, or
   * rejects, with `key_unknown` (the issuer has no such key) or `keys_unavailable` (nobody can tell
   * now).
   */
  find(query: KeyQuery): MaybePromise<PublicKey> {
    const { found, key } = this.ask(query);
    const decision = this.decideNow(found);
    if (decision.action !== 'wait') return this.keyOrThrow(decision, key, query);
    return this.findAfterFetch(query);
  }

  /** Returns the key of a token if a usable one is at hand. Never fetches. */
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
   * The current set; waits for one if there is none that may be used. Rejects with
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
   * Fetches now, whatever cooldown and back-off say; joins a fetch that is under way. Rejects when
   * it fails.
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

  /** Ends a fetch that is under way. The keys that are there stay usable. */
  close(): void {
    this.closing.abort(new Error('closed'));
  }

  /** The decision as of now. Starts the refresh that no request waits for. */
  private decideNow(found: Found): Decision {
    const decision = decide(this.state, this.now(), found, this.options.policy);
    if (decision.action === 'serve' && decision.refresh) void this.fetch('refresh');
    const isRefused = decision.action === 'refuse' || decision.action === 'unavailable';
    if (isRefused && found === 'unknown') this.refusedByCooldown += 1;
    return decision;
  }

  /**
   * The decision once nothing is left to wait for. A fetch that is under way may have started
   * before a rotation, so another one may follow it.
   */
  private async decideAfterFetch(found: () => Found): Promise<FinalDecision> {
    await this.waitFor(this.flights.get('fetch'), found());
    const decision = this.decideNow(found());
    if (decision.action !== 'wait') return decision;
    await this.waitFor(this.fetch(decision.purpose), found());
    return decideAfterFetch(this.state, this.now(), found(), this.options.policy);
  }

  /** Waits for a fetch, and no longer than until a known key may be used without it. */
  private async waitFor(fetch: Promise<void> | undefined, found: Found): Promise<void> {
    const isKnown =
      found === 'key' && isWithinStaleFor(this.state, this.now(), this.options.policy);
    await (isKnown ? Promise.race([fetch, this.slowness]) : fetch);
  }

  /**
   * One fetch at a time. Never rejects: its outcome is in the state. Lives on when whoever started
   * it gives up.
   */
  private fetch(purpose: FetchPurpose): Promise<void> {
    return this.flights.run('fetch', () => this.attempt(purpose));
  }

  private async attempt(purpose: FetchPurpose): Promise<void> {
    const { issuer, source, policy, random } = this.options;
    const { failures, loaded } = this.state;
    const endOfSlowness = this.watch();
    try {
      this.fetches += 1;
      const fetched = await source(loaded?.etag, this.closing.signal);
      const keySet = fetched.keySet ?? loaded?.keySet;
      if (keySet === undefined)
        throw new AuthError(
          'keys_unavailable',
          `no keys from "${printable(issuer)}": it answered 304 to a first request`,
        );
      const circumstances = { now: this.now(), jitter: random(), purpose, policy };
      this.state = afterSuccess(
        this.state,
        { keySet, lifetime: fetched.lifetime, etag: fetched.etag },
        circumstances,
      );
      if (fetched.keySet !== undefined || failures > 0)
        this.notify({ type: 'loaded', issuer, keySet, afterFailures: failures });
    } catch (cause) {
      const error =
        cause instanceof AuthError
          ? cause
          : new AuthError('keys_unavailable', `no keys from "${printable(issuer)}"`, { cause });
      this.state = afterFailure(this.state, error, {
        now: this.now(),
        jitter: random(),
        purpose,
        policy,
      });
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

  /** Notes when the fetch that starts now becomes slow. Returns what ends the watch. */
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

  /** A logger that throws must not make a good fetch a bad one. */
  private notify(event: KeyEvent): void {
    try {
      this.options.onEvent(event);
    } catch {
      // Whoever listens has to look after itself.
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

/** Milliseconds as seconds. Configured keys never expire, which JSON cannot say: `undefined`. */
function seconds(time: number | undefined): number | undefined {
  return time === undefined || !Number.isFinite(time) ? undefined : time / 1000;
}
