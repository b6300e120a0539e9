import type { AuthError } from '../errors.js';
import type { KeySet } from './key-set.js';
import type { LifetimeBounds } from './lifetime.js';

/** How keys are cached, in milliseconds. `KeysOptions` documents the members. */
export interface KeyPolicy extends LifetimeBounds {
  readonly refreshAhead: number;
  readonly cooldown: number;
  readonly staleFor: number;
}

/** The key set of a successful fetch, and its times (epoch milliseconds). */
export interface LoadedKeySet {
  readonly keySet: KeySet;
  readonly fetchedAt: number;
  readonly refreshAt: number;
  readonly expiresAt: number;
  readonly etag: string | undefined;
}

/**
 * The state of an issuer's keys. It stores nothing per key id, so tokens with random key ids cannot
 * fill the memory.
 */
export interface KeyState {
  readonly loaded: LoadedKeySet | undefined;
  /** The error of the last attempt; `undefined` when it succeeded or there was none. */
  readonly lastError: AuthError | undefined;
  /** Consecutive failed attempts. */
  readonly failures: number;
  /** No attempt is made before this time (back-off), except by an explicit refresh. */
  readonly retryAt: number;
  /** The same while no key can be used: sooner, because requests fail until then. */
  readonly retryWithoutKeysAt: number;
  /** Whether the fetch that is under way takes so long that the issuer counts as unreachable. */
  readonly isSlow: boolean;
  /** No attempt for an unknown key is made before this time. */
  readonly cooldownUntil: number;
}

export const initialState: KeyState = {
  loaded: undefined,
  lastError: undefined,
  failures: 0,
  retryAt: 0,
  retryWithoutKeysAt: 0,
  isSlow: false,
  cooldownUntil: 0,
};

/** The result of the query in the key set; `none` when there is no key set. */
export type Found = 'key' | 'unknown' | 'unusable' | 'none';

export type Decision =
  /** Use the key now. `refresh` starts a fetch in the background. */
  | { readonly action: 'serve'; readonly refresh: boolean }
  /** Wait for a fetch. `unknown-kid` starts the cooldown for unknown keys. */
  | { readonly action: 'wait'; readonly purpose: FetchPurpose }
  /** The issuer has no such key. */
  | { readonly action: 'refuse' }
  /** The answer is unknown. Try again after `retryAfter` milliseconds. */
  | { readonly action: 'unavailable'; readonly retryAfter: number };

/** A decision without waiting. */
export type FinalDecision = Exclude<Decision, { readonly action: 'wait' }>;

export type FetchPurpose = 'refresh' | 'unknown-kid';

const FIRST_RETRY = 1_000;
const MAX_RETRY = 30_000;
const MAX_RETRY_WITHOUT_KEYS = 5_000;
/** A fetch that has not ended after so many milliseconds counts as an outage, and goes on. */
export const SLOW_AFTER = 1_000;
/**
 * Jitter of the back-off and of the refresh, as fractions of their durations. It spreads the
 * requests of processes that start at the same time.
 */
const RETRY_JITTER = 0.2;
const REFRESH_JITTER = 0.05;
/**
 * How long after its back-off a failed attempt still counts as proof of an outage, in milliseconds.
 * Later, an idle process fetches again before it uses expired keys.
 */
const PROOF_OF_OUTAGE = 30_000;

/**
 * Decides how to handle a query, from the state, the time, and the result of the query.
 *
 * - A key set is used within its lifetime. After that, it is used only while the issuer is known to
 *   be unreachable, and for at most `staleFor`.
 * - No request waits while a usable key is known.
 * - Unknown keys cause one attempt per cooldown, and none during the back-off after a failure.
 */
export function decide(state: KeyState, now: number, found: Found, policy: KeyPolicy): Decision {
  const backingOff = remaining(nextRetryAt(state, now, policy), now, MAX_RETRY);
  if (!isUsable(state, now, policy)) {
    return backingOff > 0
      ? { action: 'unavailable', retryAfter: backingOff }
      : { action: 'wait', purpose: 'refresh' };
  }
  if (found === 'key')
    return { action: 'serve', refresh: needsRefresh(state, now) && backingOff === 0 };
  if (found === 'unusable') return { action: 'refuse' };
  const wait = Math.max(backingOff, remaining(state.cooldownUntil, now, policy.cooldown));
  return wait > 0 ? notFound(state, wait) : { action: 'wait', purpose: 'unknown-kid' };
}

/**
 * Like {@link decide}, for a request that has already waited for a fetch. It must not wait again.
 */
export function decideAfterFetch(
  state: KeyState,
  now: number,
  found: Found,
  policy: KeyPolicy,
): FinalDecision {
  const decision = decide(state, now, found, policy);
  return decision.action === 'wait' ? notFound(state, FIRST_RETRY) : decision;
}

/** After a failed attempt, the key may still exist. After a successful one, it does not. */
function notFound(state: KeyState, retryAfter: number): FinalDecision {
  return state.lastError === undefined
    ? { action: 'refuse' }
    : { action: 'unavailable', retryAfter };
}

function isUsable(state: KeyState, now: number, policy: KeyPolicy): boolean {
  if (state.loaded === undefined) return false;
  const { fetchedAt, expiresAt } = state.loaded;
  if (fetchedAt <= now && now < expiresAt) return true;
  const hasFailed =
    state.failures > 0 &&
    remaining(state.retryAt + PROOF_OF_OUTAGE, now, MAX_RETRY + PROOF_OF_OUTAGE) > 0;
  return (state.isSlow || hasFailed) && isWithinStaleFor(state, now, policy);
}

/** Whether the keys may be used in an outage. */
export function isWithinStaleFor({ loaded }: KeyState, now: number, policy: KeyPolicy): boolean {
  return loaded !== undefined && now < loaded.expiresAt + policy.staleFor;
}

/** The end of the back-off. */
export function nextRetryAt(state: KeyState, now: number, policy: KeyPolicy): number {
  return isUsable(state, now, policy) ? state.retryAt : state.retryWithoutKeysAt;
}

/** The state when the fetch that is under way has not ended after {@link SLOW_AFTER}. */
export function afterSlowness(state: KeyState): KeyState {
  return { ...state, isSlow: true };
}

/**
 * Whether the key set is due for a refresh. A key set from the future has an unknown age, because
 * the clock was set back, and is due too.
 */
function needsRefresh({ loaded }: KeyState, now: number): boolean {
  return loaded !== undefined && (now >= loaded.refreshAt || now < loaded.fetchedAt);
}

/**
 * Returns the milliseconds until `time`. Returns 0 when it has passed, and also when it is further
 * away than `longest`, because the clock was set back.
 */
function remaining(time: number, now: number, longest: number): number {
  const left = time - now;
  return left > 0 && left <= longest ? left : 0;
}

/** The end of a fetch. */
interface EndOfFetch {
  /** Epoch milliseconds. */
  readonly now: number;
  /** A random number of [0, 1). */
  readonly jitter: number;
  readonly purpose: FetchPurpose;
  readonly policy: KeyPolicy;
}

/** Returns the state after a successful fetch. `jitter` is a random number in [0, 1). */
export function afterSuccess(
  state: KeyState,
  fetched: {
    readonly keySet: KeySet;
    readonly lifetime: number;
    readonly etag: string | undefined;
  },
  { now, jitter, purpose, policy }: EndOfFetch,
): KeyState {
  const expiresAt = now + fetched.lifetime;
  // The jitter applies to the time before `refreshAhead`, so that a refresh is never due at once.
  const refreshAt = now + (fetched.lifetime - policy.refreshAhead) * (1 - jitter * REFRESH_JITTER);
  return {
    loaded: { keySet: fetched.keySet, fetchedAt: now, refreshAt, expiresAt, etag: fetched.etag },
    lastError: undefined,
    failures: 0,
    retryAt: 0,
    retryWithoutKeysAt: 0,
    isSlow: false,
    cooldownUntil: purpose === 'unknown-kid' ? now + policy.cooldown : state.cooldownUntil,
  };
}

/**
 * Returns the state after a failed fetch. It keeps the loaded key set and doubles the back-off. A
 * fetch for an unknown key starts the cooldown, as after a success.
 */
export function afterFailure(
  state: KeyState,
  error: AuthError,
  { now, jitter, purpose, policy }: EndOfFetch,
): KeyState {
  const span = FIRST_RETRY * 2 ** Math.min(state.failures, 10);
  const retryWithin = (longest: number): number =>
    now + Math.min(span, longest) * (1 - RETRY_JITTER * jitter);
  return {
    loaded: state.loaded,
    lastError: error,
    failures: state.failures + 1,
    retryAt: retryWithin(MAX_RETRY),
    retryWithoutKeysAt: retryWithin(MAX_RETRY_WITHOUT_KEYS),
    isSlow: false,
    cooldownUntil: purpose === 'unknown-kid' ? now + policy.cooldown : state.cooldownUntil,
  };
}

/** The health of the keys, for status reports. */
export type KeyHealth = 'never loaded' | 'fresh' | 'stale' | 'unavailable';

export function healthOf(state: KeyState, now: number, policy: KeyPolicy): KeyHealth {
  if (state.loaded === undefined) return state.failures === 0 ? 'never loaded' : 'unavailable';
  if (now >= state.loaded.fetchedAt && now < state.loaded.expiresAt) return 'fresh';
  return isWithinStaleFor(state, now, policy) ? 'stale' : 'unavailable';
}
