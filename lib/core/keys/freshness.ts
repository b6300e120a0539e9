import type { AuthError } from '../errors.js';
import type { KeySet } from './key-set.js';
import type { LifetimeBounds } from './lifetime.js';

/** How keys are kept, in milliseconds. Documented for users at `KeysOptions`. */
export interface KeyPolicy extends LifetimeBounds {
  readonly refreshAhead: number;
  readonly cooldown: number;
  readonly staleFor: number;
}

/** A key set of a successful fetch and the times that follow from it (epoch milliseconds). */
export interface LoadedKeySet {
  readonly keySet: KeySet;
  readonly fetchedAt: number;
  readonly refreshAt: number;
  readonly expiresAt: number;
  readonly etag: string | undefined;
}

/**
 * All that is remembered of an issuer's keys: nothing per key id, so that garbage cannot fill
 * memory.
 */
export interface KeyState {
  readonly loaded: LoadedKeySet | undefined;
  /** The error of the last attempt; `undefined` when it succeeded or there was none. */
  readonly lastError: AuthError | undefined;
  /** Failed attempts in a row. */
  readonly failures: number;
  /** No attempt of our own accord before this time (back-off). */
  readonly retryAt: number;
  /** No attempt for an unknown key before this time. */
  readonly cooldownUntil: number;
}

export const initialState: KeyState = {
  loaded: undefined,
  lastError: undefined,
  failures: 0,
  retryAt: 0,
  cooldownUntil: 0,
};

/** What the set said to the query; `none` when there is no set. */
export type Found = 'key' | 'unknown' | 'unusable' | 'none';

export type Decision =
  /** Use the key now; `refresh` starts a fetch that nobody waits for. */
  | { readonly action: 'serve'; readonly refresh: boolean }
  /** Wait for a fetch. `unknown-kid` spends the budget of unknown keys. */
  | { readonly action: 'wait'; readonly purpose: FetchPurpose }
  /** The issuer was asked, and has no such key. */
  | { readonly action: 'refuse' }
  /** Nobody can tell before `retryAfter` milliseconds have passed. */
  | { readonly action: 'unavailable'; readonly retryAfter: number };

/** A decision that needs no more waiting. */
export type FinalDecision = Exclude<Decision, { readonly action: 'wait' }>;

export type FetchPurpose = 'refresh' | 'unknown-kid';

const FIRST_RETRY = 1_000;
const MAX_RETRY = 30_000;
/**
 * Jitter of the back-off and of the refresh, as parts of their spans: fleets that start together
 * must not ask together.
 */
const RETRY_JITTER = 0.2;
const REFRESH_JITTER = 0.05;
/**
 * How long after its back-off a failed attempt still proves an outage. Past it, an idle process
 * asks before it trusts old keys.
 */
const PROOF_OF_OUTAGE = 30_000;

/**
 * The whole key policy in one decision: given what is remembered, the time, and what the set says
 * to the query.
 *
 * - A set is used within its lifetime; past it only while the issuer is known to be unreachable,
 *   and for `staleFor` at most.
 * - Nobody waits while a usable key is there.
 * - An unknown key causes one attempt per cooldown, and none while an earlier failure backs off.
 */
export function decide(state: KeyState, now: number, found: Found, policy: KeyPolicy): Decision {
  const backingOff = remaining(state.retryAt, now, MAX_RETRY);
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
 * The same decision for one who has already waited: a fetch has just ended, and waiting for another
 * is no answer.
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

/** The last attempt failed: the key may exist. It succeeded: the key does not. */
function notFound(state: KeyState, retryAfter: number): FinalDecision {
  return state.lastError === undefined
    ? { action: 'refuse' }
    : { action: 'unavailable', retryAfter };
}

function isUsable(state: KeyState, now: number, policy: KeyPolicy): boolean {
  if (state.loaded === undefined) return false;
  const { fetchedAt, expiresAt } = state.loaded;
  if (fetchedAt <= now && now < expiresAt) return true;
  const outage =
    state.failures > 0 &&
    remaining(state.retryAt + PROOF_OF_OUTAGE, now, MAX_RETRY + PROOF_OF_OUTAGE) > 0;
  return outage && now < expiresAt + policy.staleFor;
}

/**
 * Whether the set is past its refresh time. A set from the future means that the clock was set
 * back: its age is unknown.
 */
function needsRefresh({ loaded }: KeyState, now: number): boolean {
  return loaded !== undefined && (now >= loaded.refreshAt || now < loaded.fetchedAt);
}

/**
 * Milliseconds until `time`, 0 when it has passed, and also when it is further away than it can
 * ever be set: the clock was set back.
 */
function remaining(time: number, now: number, longest: number): number {
  const left = time - now;
  return left > 0 && left <= longest ? left : 0;
}

/** The state after a successful fetch. `jitter` is a random number of [0, 1). */
export function afterSuccess(
  state: KeyState,
  fetched: {
    readonly keySet: KeySet;
    readonly lifetime: number;
    readonly etag: string | undefined;
  },
  {
    now,
    jitter,
    purpose,
    policy,
  }: { now: number; jitter: number; purpose: FetchPurpose; policy: KeyPolicy },
): KeyState {
  const expiresAt = now + fetched.lifetime;
  // Of what is left before it, for a refresh must never be due at once.
  const refreshAt = now + (fetched.lifetime - policy.refreshAhead) * (1 - jitter * REFRESH_JITTER);
  return {
    loaded: { keySet: fetched.keySet, fetchedAt: now, refreshAt, expiresAt, etag: fetched.etag },
    lastError: undefined,
    failures: 0,
    retryAt: 0,
    cooldownUntil: purpose === 'unknown-kid' ? now + policy.cooldown : state.cooldownUntil,
  };
}

/**
 * The state after a failed fetch: what was loaded stays, the back-off doubles, and an unknown key
 * has spent its budget all the same.
 */
export function afterFailure(
  state: KeyState,
  error: AuthError,
  {
    now,
    jitter,
    purpose,
    policy,
  }: { now: number; jitter: number; purpose: FetchPurpose; policy: KeyPolicy },
): KeyState {
  const span = Math.min(FIRST_RETRY * 2 ** Math.min(state.failures, 10), MAX_RETRY);
  return {
    loaded: state.loaded,
    lastError: error,
    failures: state.failures + 1,
    retryAt: now + span * (1 - RETRY_JITTER * jitter),
    cooldownUntil: purpose === 'unknown-kid' ? now + policy.cooldown : state.cooldownUntil,
  };
}

/** How the keys stand, for people. */
export type KeyHealth = 'never loaded' | 'fresh' | 'stale' | 'unavailable';

export function healthOf(state: KeyState, now: number, policy: KeyPolicy): KeyHealth {
  if (state.loaded === undefined) return state.failures === 0 ? 'never loaded' : 'unavailable';
  if (now >= state.loaded.fetchedAt && now < state.loaded.expiresAt) return 'fresh';
  return now < state.loaded.expiresAt + policy.staleFor ? 'stale' : 'unavailable';
}
