import { AuthError } from '../../../../lib/core/errors.js';
import {
  afterFailure,
  afterSuccess,
  decide,
  decideAfterFetch,
  healthOf,
  initialState,
  type Decision,
  type FetchPurpose,
  type Found,
  type KeyState,
} from '../../../../lib/core/keys/freshness.js';

const s = 1_000;
const min = 60 * s;
const hour = 60 * min;
const policy = {
  defaultAge: 10 * min,
  minAge: min,
  maxAge: hour,
  refreshAhead: 30 * s,
  cooldown: 30 * s,
  staleFor: hour,
};
const keySet = { keys: [], skipped: [] };
const failure = new AuthError('keys_unavailable', 'down');
const T = 1_767_225_600_000;

interface PolicyContext {
  readonly at?: number;
  readonly jitter?: number;
  readonly purpose?: FetchPurpose;
}
const circumstances = ({ at = 0, jitter = 0, purpose = 'refresh' }: PolicyContext = {}) => ({
  now: T + at,
  jitter,
  purpose,
  policy,
});
const succeed = (state: KeyState, given?: PolicyContext, lifetime = 10 * min) =>
  afterSuccess(state, { keySet, lifetime, etag: undefined }, circumstances(given));
const fail = (state: KeyState, given?: PolicyContext) =>
  afterFailure(state, failure, circumstances(given));

const loaded = succeed(initialState);
const serve: Decision = { action: 'serve', refresh: false };
const serveAndRefresh: Decision = { action: 'serve', refresh: true };
const wait: Decision = { action: 'wait', purpose: 'refresh' };
const look: Decision = { action: 'wait', purpose: 'unknown-kid' };
const refuse: Decision = { action: 'refuse' };
const unavailable = (retryAfter: number): Decision => ({ action: 'unavailable', retryAfter });

/** A failure when the set has just ended. */
const failedAtTheEnd = fail(loaded, { at: 10 * min });
/** A failure of a look for an unknown key, early. */
const failedLook = fail(loaded, { at: min, purpose: 'unknown-kid' });

describe('decide', () => {
  const cases: [string, KeyState, number, Found, Decision][] = [
    ['nothing yet: wait', initialState, 0, 'none', wait],
    ['nothing after a failure: nobody can tell', fail(initialState), 0, 'none', unavailable(s)],
    ['nothing, half the back-off later', fail(initialState), s / 2, 'none', unavailable(s / 2)],
    ['nothing, after the back-off: wait for another attempt', fail(initialState), s, 'none', wait],

    ['a fresh key: serve', loaded, 0, 'key', serve],
    ['just before the refresh time: serve', loaded, 10 * min - 30 * s - 1, 'key', serve],
    [
      'at the refresh time: serve, and refresh behind',
      loaded,
      10 * min - 30 * s,
      'key',
      serveAndRefresh,
    ],
    ['in the last moment: serve, and refresh behind', loaded, 10 * min - 1, 'key', serveAndRefresh],
    ['past the lifetime, nothing tried: wait', loaded, 10 * min, 'key', wait],
    ['long past the lifetime, nothing tried: wait', loaded, 10 * min + hour / 2, 'key', wait],

    [
      'a failed refresh before the end: serve, and leave the issuer alone',
      fail(loaded, { at: 570 * s }),
      570 * s,
      'key',
      serve,
    ],
    [
      'after the back-off of it: try behind',
      fail(loaded, { at: 570 * s }),
      571 * s,
      'key',
      serveAndRefresh,
    ],

    ['stale after a failure: serve without waiting', failedAtTheEnd, 10 * min, 'key', serve],
    [
      'stale after the back-off: serve, and try behind',
      failedAtTheEnd,
      10 * min + s,
      'key',
      serveAndRefresh,
    ],
    [
      'a failure of yesterday proves nothing: wait',
      failedAtTheEnd,
      10 * min + hour / 2,
      'key',
      wait,
    ],
    [
      'the end of stale, backing off: nobody can tell',
      fail(loaded, { at: 70 * min }),
      70 * min,
      'key',
      unavailable(s),
    ],
    [
      'just before the end of stale: serve',
      fail(loaded, { at: 70 * min - 1 }),
      70 * min - 1,
      'key',
      serve,
    ],
    [
      'after the end of stale and the back-off: wait',
      fail(loaded, { at: 70 * min }),
      70 * min + s,
      'key',
      wait,
    ],

    ['an unknown key in a fresh set: look', loaded, min, 'unknown', look],
    ['an unusable key in a fresh set: no look', loaded, min, 'unusable', refuse],
    ['an unknown key in an old set: wait for the refresh', loaded, 10 * min, 'unknown', wait],
    [
      'an unknown key right after a look: refuse',
      succeed(loaded, { at: min, purpose: 'unknown-kid' }),
      min,
      'unknown',
      refuse,
    ],
    [
      '... in the last moment of the cooldown',
      succeed(loaded, { at: min, purpose: 'unknown-kid' }),
      min + 30 * s - 1,
      'unknown',
      refuse,
    ],
    [
      '... after the cooldown: look',
      succeed(loaded, { at: min, purpose: 'unknown-kid' }),
      min + 30 * s,
      'unknown',
      look,
    ],
    ['a refresh uses nothing of the budget', succeed(loaded, { at: min }), min, 'unknown', look],
    [
      'an unknown key after a failed look: nobody can tell',
      failedLook,
      min,
      'unknown',
      unavailable(30 * s),
    ],
    [
      '... with the back-off over, the cooldown counts',
      failedLook,
      min + 10 * s,
      'unknown',
      unavailable(20 * s),
    ],
    ['... after the cooldown: look', failedLook, min + 30 * s, 'unknown', look],
    ['a failed look takes no key away', failedLook, min, 'key', serve],
    [
      'an unknown key after a failed refresh: nobody can tell',
      fail(loaded, { at: min }),
      min,
      'unknown',
      unavailable(s),
    ],
    [
      'an unknown key in a stale set during the back-off: nobody can tell',
      failedAtTheEnd,
      10 * min,
      'unknown',
      unavailable(s),
    ],
    ['an unusable key in a stale set: refuse', failedAtTheEnd, 10 * min, 'unusable', refuse],
  ];
  test.each(cases)('%s', (_, state, at, found, decision) => {
    expect(decide(state, T + at, found, policy)).toEqual(decision);
  });

  test('staleFor 0 switches it off', () => {
    expect(decide(failedAtTheEnd, T + 10 * min, 'key', { ...policy, staleFor: 0 })).toEqual(
      unavailable(s),
    );
  });

  test('a set of for ever is served for ever, and never refreshed', () => {
    const forEver = succeed(initialState, { jitter: 0.5 }, Number.POSITIVE_INFINITY);
    expect(decide(forEver, T + 1_000_000 * hour, 'key', policy)).toEqual(serve);
  });

  test('a clock that is set back does not make a cooldown longer', () => {
    const state = succeed(loaded, { at: 5 * min, purpose: 'unknown-kid' });
    expect(decide({ ...state, loaded: loaded.loaded }, T, 'unknown', policy)).toEqual(look);
  });

  test('a clock that is set back does not keep a set alive', () => {
    expect(decide(loaded, T - hour, 'key', policy)).toEqual(wait);
  });
});

describe('decideAfterFetch never waits again', () => {
  const cases: [string, KeyState, number, Found, Decision][] = [
    ['the key came', loaded, 0, 'key', serve],
    ['the fetch succeeded, and the key is not there', loaded, 0, 'unknown', refuse],
    [
      'the look succeeded, and the key is not there',
      succeed(loaded, { at: min, purpose: 'unknown-kid' }),
      min,
      'unknown',
      refuse,
    ],
    ['the fetch failed, and there is nothing', fail(initialState), 0, 'none', unavailable(s)],
    ['the fetch failed, the stale key is there', failedAtTheEnd, 10 * min, 'key', serve],
    ['the look failed', failedLook, min, 'unknown', unavailable(30 * s)],
  ];
  test.each(cases)('%s', (_, state, at, found, decision) => {
    expect(decideAfterFetch(state, T + at, found, policy)).toEqual(decision);
  });
});

describe('afterSuccess', () => {
  test('forgets failures', () => {
    const { lastError, failures, retryAt } = succeed(fail(fail(loaded)), { at: min });
    expect({ lastError, failures, retryAt }).toEqual({
      lastError: undefined,
      failures: 0,
      retryAt: 0,
    });
  });

  test.each([
    [0, 10 * min, 30 * s],
    [0.5, 10 * min, 44 * s],
    [0.999_999, 10 * min, 58 * s],
    [0.999_999, hour, 208 * s],
  ])(
    'jitter %p of a lifetime of %p ms: refresh %p ms before the end',
    (jitter, lifetime, ahead) => {
      const { loaded: set } = succeed(initialState, { jitter }, lifetime);
      expect(set?.expiresAt).toBe(T + lifetime);
      expect(Math.round((T + lifetime - (set?.refreshAt ?? 0)) / s)).toBe(ahead / s);
    },
  );

  test('a refresh is never due at once, however far ahead it comes', () => {
    const given = {
      ...circumstances({ jitter: 0.999_999 }),
      policy: { ...policy, minAge: hour, refreshAhead: hour - 5 * s },
    };
    const { loaded: set } = afterSuccess(
      initialState,
      { keySet, lifetime: hour, etag: undefined },
      given,
    );
    expect(set?.refreshAt).toBeGreaterThan(T + 4 * s);
    expect(set?.refreshAt).toBeLessThan(T + 5 * s);
  });

  test('only a look for an unknown key starts the cooldown', () => {
    expect(succeed(loaded, { purpose: 'refresh' }).cooldownUntil).toBe(loaded.cooldownUntil);
    expect(succeed(loaded, { purpose: 'unknown-kid' }).cooldownUntil).toBe(T + 30 * s);
  });

  test('a refresh does not end a cooldown', () => {
    const looked = succeed(loaded, { purpose: 'unknown-kid' });
    expect(succeed(looked, { at: s }).cooldownUntil).toBe(T + 30 * s);
  });

  test('what was published is all there is', () => {
    const next = { keys: [], skipped: ['a'] };
    const state = afterSuccess(
      loaded,
      { keySet: next, lifetime: min, etag: '"v2"' },
      circumstances(),
    );
    expect(state.loaded).toMatchObject({ keySet: next, etag: '"v2"', fetchedAt: T });
  });
});

describe('afterFailure', () => {
  test('the back-off doubles from 1 s to 30 s', () => {
    let state = loaded;
    const spans = Array.from({ length: 12 }, () => {
      state = fail(state);
      return (state.retryAt - T) / s;
    });
    expect(spans).toEqual([1, 2, 4, 8, 16, 30, 30, 30, 30, 30, 30, 30]);
  });

  test('jitter makes it shorter or equal, and never nothing', () => {
    for (const jitter of [0, 0.25, 0.5, 0.999]) {
      for (let state = loaded, round = 0; round < 8; round++) {
        const longest = Math.min(2 ** round, 30) * s;
        state = fail(state, { jitter });
        expect(state.retryAt - T).toBeLessThanOrEqual(longest);
        expect(state.retryAt - T).toBeGreaterThanOrEqual(longest / 2);
      }
    }
    expect(fail(loaded, { jitter: 0.9 }).retryAt).not.toBe(fail(loaded, { jitter: 0.1 }).retryAt);
  });

  test('a thousand failures are no number too large', () => {
    const state = Array.from({ length: 1_000 }).reduce<KeyState>((last) => fail(last), loaded);
    expect(state).toMatchObject({ failures: 1_000, retryAt: T + 30 * s });
  });

  test('keeps what was loaded, and the error', () => {
    expect(fail(loaded)).toMatchObject({ loaded: loaded.loaded, lastError: failure, failures: 1 });
  });

  test('a look for an unknown key has spent its budget all the same', () => {
    expect(fail(loaded, { purpose: 'unknown-kid' }).cooldownUntil).toBe(T + 30 * s);
    expect(fail(loaded, { purpose: 'refresh' }).cooldownUntil).toBe(loaded.cooldownUntil);
  });
});

describe('healthOf', () => {
  test.each([
    ['never loaded', initialState, 0, 'never loaded'],
    ['never loaded, failed', fail(initialState), 0, 'unavailable'],
    ['fresh', loaded, 10 * min - 1, 'fresh'],
    ['fresh after a failed refresh', fail(loaded), 0, 'fresh'],
    ['stale', failedAtTheEnd, 10 * min, 'stale'],
    ['the end of stale', failedAtTheEnd, 70 * min, 'unavailable'],
  ] as const)('%s', (_, state, at, health) => {
    expect(healthOf(state, T + at, policy)).toBe(health);
  });
});
