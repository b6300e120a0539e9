import { jest } from '@jest/globals';
import type { Duration } from '../../../../lib/core/duration.js';
import { AuthError } from '../../../../lib/core/errors.js';
import { KeyStore } from '../../../../lib/core/keys/key-store.js';
import type { PublicKey } from '../../../../lib/core/keys/key-set.js';
import { staticSource, type KeySource } from '../../../../lib/core/keys/source.js';
import { rejectionOf } from '../../../support/refusals.js';
import {
  defaultPolicy,
  makeKeys,
  settle,
  storeFixture,
  type StoreFixture,
} from '../../../support/scripted-source.js';

let a: PublicKey;
let b: PublicKey;
let t: StoreFixture;
beforeAll(async () => {
  [a, b] = (await makeKeys('a', 'b')) as [PublicKey, PublicKey];
});
beforeEach(() => {
  t = storeFixture();
  t.source.published = [a];
});

const codeOf = async (work: Promise<unknown>) => (await rejectionOf(work)).code;

/** Whether a promise is still pending once everything has happened that could. */
async function isPending(work: Promise<unknown>): Promise<boolean> {
  let pending = true;
  const settled = (): void => void (pending = false);
  work.then(settled, settled);
  await settle();
  return pending;
}

describe('one fetch', () => {
  test('is made for the first key, and for no other within the lifetime', async () => {
    expect(await t.find('a')).toBe('a');
    for (let round = 0; round < 10; round++) await t.find('a');
    t.clock.advance('569s');
    await t.find('a');
    expect(t.source.asked).toBe(1);
  });

  test('serves a thousand requests at once', async () => {
    const kids = await Promise.all(Array.from({ length: 1000 }, () => t.find('a')));
    expect(new Set(kids)).toEqual(new Set(['a']));
    expect(t.source.asked).toBe(1);
  });

  test('that fails refuses a thousand requests at once', async () => {
    t.source.down = true;
    const codes = await Promise.all(Array.from({ length: 1000 }, () => codeOf(t.find('a'))));
    expect(new Set(codes)).toEqual(new Set(['keys_unavailable']));
    expect(t.source.asked).toBe(1);
  });

  test('is shared by find, keySet and refresh', async () => {
    await Promise.all([t.find('a'), t.store.keySet(), t.store.refresh(), t.find('a')]);
    expect(t.source.asked).toBe(1);
  });

  test('finds without a kid when one key fits', async () => {
    expect(await t.find()).toBe('a');
  });
});

describe('an unknown kid', () => {
  test('in a cold store: one fetch, then one look at most, then no', async () => {
    expect(await codeOf(t.find('x'))).toBe('key_unknown');
    expect(t.source.asked).toBeLessThanOrEqual(2);
  });

  test('is found by one look when the issuer has just rotated', async () => {
    await t.find('a');
    t.source.published = [b, a];
    expect(await t.find('b')).toBe('b');
    expect(t.source.asked).toBe(2);
  });

  test('costs one fetch per cooldown, however many there are', async () => {
    await t.find('a');
    for (let kid = 0; kid < 500; kid++)
      expect(await codeOf(t.find(`garbage-${kid}`))).toBe('key_unknown');
    expect(t.source.asked).toBe(2);
    t.clock.advance('29.999s');
    await codeOf(t.find('garbage'));
    expect(t.source.asked).toBe(2);
    t.clock.advance(0.001);
    await codeOf(t.find('garbage'));
    expect(t.source.asked).toBe(3);
  });

  test('all at once: one fetch', async () => {
    await t.find('a');
    await Promise.all(Array.from({ length: 500 }, (_, kid) => codeOf(t.find(`garbage-${kid}`))));
    expect(t.source.asked).toBe(2);
  });

  test('is not remembered: the same one is looked for again', async () => {
    await t.find('a');
    await codeOf(t.find('b'));
    t.source.published = [a, b];
    t.clock.advance('30s');
    expect(await t.find('b')).toBe('b');
  });

  test('takes nothing of the memory', async () => {
    await t.find('a');
    const before = JSON.stringify(t.store, replaceKeys).length;
    for (let kid = 0; kid < 1000; kid++) await codeOf(t.find(`garbage-${kid}`));
    expect(JSON.stringify(t.store, replaceKeys).length - before).toBeLessThan(200);
  });

  test('a failed look counts too: 503, and no other fetch within the cooldown', async () => {
    await t.find('a');
    t.source.down = true;
    expect(await codeOf(t.find('x'))).toBe('keys_unavailable');
    t.source.down = false;
    t.clock.advance('29s');
    const error = await rejectionOf(t.find('x'));
    expect(error).toMatchObject({ code: 'keys_unavailable', details: { retryAfter: 1 } });
    expect(t.source.asked).toBe(2);
    expect(await t.find('a')).toBe('a');
    t.clock.advance('1s');
    expect(await codeOf(t.find('x'))).toBe('key_unknown');
    expect(t.source.asked).toBe(3);
  });

  test('garbage delays a real rotation by one cooldown at most', async () => {
    await t.find('a');
    await codeOf(t.find('garbage'));
    t.source.published = [b];
    expect(await codeOf(t.find('b'))).toBe('key_unknown');
    t.clock.advance('30s');
    expect(await t.find('b')).toBe('b');
  });

  test('a refresh does not use its budget', async () => {
    await t.find('a');
    await t.store.refresh();
    t.source.published = [a, b];
    expect(await t.find('b')).toBe('b');
  });

  test('no kid, and no key fits: counts as unknown', async () => {
    t.source.published = [];
    await codeOf(t.find());
    const before = t.source.asked;
    await codeOf(t.find());
    await codeOf(t.find());
    expect(t.source.asked - before).toBeLessThanOrEqual(1);
  });

  test('no kid, and two keys fit: no fetch', async () => {
    t.source.published = [a, b];
    await t.find('a');
    expect(await codeOf(t.find())).toBe('key_unknown');
    expect(t.source.asked).toBe(1);
  });

  test('joins a fetch that is under way, and then one more look is fair', async () => {
    await t.find('a');
    t.source.hanging = true;
    const refresh = t.store.refresh();
    const found = t.find('b');
    t.source.release();
    // The fetch that was under way misses the rotation that comes now.
    await refresh;
    t.source.published = [a, b];
    expect(await found).toBe('b');
    expect(t.source.asked).toBe(3);
    expect(t.source.mostAtOnce).toBe(1);
  });

  test('that joined a look spends no second one', async () => {
    await t.find('a');
    t.source.hanging = true;
    const looks = [t.find('x'), t.find('y'), t.find('z')];
    t.source.release();
    for (const look of looks) expect(await codeOf(look)).toBe('key_unknown');
    expect(t.source.asked).toBe(2);
  });
});

describe('refresh ahead', () => {
  test('starts on use 30 s before the end, and nobody waits', async () => {
    await t.find('a');
    t.clock.advance('570s');
    t.source.hanging = true;
    expect(await isPending(t.find('a'))).toBe(false);
    expect(await isPending(t.find('a'))).toBe(false);
    expect(t.source.asked).toBe(2);
    t.source.release();
    await settle();
    t.clock.advance('60s');
    await t.find('a');
    expect(t.source.asked).toBe(2);
  });

  test('does not start by itself', async () => {
    await t.find('a');
    t.clock.advance('599s');
    await settle();
    expect(t.source.asked).toBe(1);
  });

  test('jitter starts it up to 5 % of the lifetime earlier', async () => {
    t = storeFixture(defaultPolicy, () => 0.999_999);
    t.source.published = [a];
    await t.find('a');
    t.clock.advance('541s');
    await t.find('a');
    expect(t.source.asked).toBe(1);
    t.clock.advance('1s');
    await t.find('a');
    expect(t.source.asked).toBe(2);
  });

  test('sends the ETag, and 304 renews the lifetime', async () => {
    t.source.etag = '"v1"';
    await t.find('a');
    for (let round = 0; round < 3; round++) {
      t.clock.advance('580s');
      expect(await t.find('a')).toBe('a');
      await settle();
    }
    expect(t.source.etags).toEqual([undefined, '"v1"', '"v1"', '"v1"']);
  });
});

describe('past the lifetime', () => {
  test('the first request waits for the shared fetch', async () => {
    await t.find('a');
    t.clock.advance('600s');
    t.source.hanging = true;
    const found = [t.find('a'), t.find('a')];
    expect(await isPending(found[0] as Promise<unknown>)).toBe(true);
    t.source.release();
    expect(await Promise.all(found)).toEqual(['a', 'a']);
    expect(t.source.asked).toBe(2);
  });

  test('a key that is gone is dead at once', async () => {
    await t.find('a');
    t.clock.advance('600s');
    t.source.published = [b];
    expect(await codeOf(t.find('a'))).toBe('key_unknown');
    expect(await t.find('b')).toBe('b');
  });

  test('a known key works on while the issuer is down, without waiting', async () => {
    await t.find('a');
    t.clock.advance('600s');
    t.source.down = true;
    expect(await t.find('a')).toBe('a');
    t.source.hanging = true;
    expect(await isPending(t.find('a'))).toBe(false);
    expect(t.store.status().state).toBe('stale');
    t.source.release();
  });

  test('... for an hour, to the millisecond', async () => {
    await t.find('a');
    t.source.down = true;
    for (let second = 0; second < 4199; second += 20) {
      t.clock.advance(20);
      if (t.clock.seconds >= 1_767_225_600 + 4200) break;
      expect(await t.find('a')).toBe('a');
      await settle();
    }
    t.clock.set(1_767_225_600_000 + 4_200_000 - 1);
    expect(await t.find('a')).toBe('a');
    await settle();
    t.clock.advance(0.001);
    const error = await rejectionOf(t.find('a'));
    expect(error).toMatchObject({ code: 'keys_unavailable', kind: 'unavailable' });
    expect(error.details.retryAfter).toBeGreaterThanOrEqual(1);
  });

  test('an idle process asks before it trusts old keys again', async () => {
    await t.find('a');
    t.clock.advance('600s');
    t.source.down = true;
    await t.find('a');
    t.clock.advance('30m');
    t.source.down = false;
    t.source.published = [b];
    expect(await codeOf(t.find('a'))).toBe('key_unknown');
  });

  test('when the issuer is back, the withdrawn key dies', async () => {
    await t.find('a');
    t.source.down = true;
    t.clock.advance('600s');
    expect(await t.find('a')).toBe('a');
    t.source.down = false;
    t.source.published = [b];
    t.clock.advance('2s');
    await t.find('a').catch(() => undefined);
    await settle();
    expect(await codeOf(t.find('a'))).toBe('key_unknown');
  });

  test('an empty set is a success: all keys die', async () => {
    await t.find('a');
    t.source.published = [];
    await t.store.refresh();
    expect(await codeOf(t.find('a'))).toBe('key_unknown');
  });
});

describe('an issuer that hangs', () => {
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  /** Lets timers of so many milliseconds fire, those too that are about to be set. */
  async function elapse(milliseconds: number): Promise<void> {
    await settle();
    jest.advanceTimersByTime(milliseconds);
  }

  /** Keys that have expired, and a fetch that does not end. */
  async function expire(age: Duration = '10m'): Promise<void> {
    await t.find('a');
    t.clock.advance(age);
    t.source.hanging = true;
  }

  test('holds a known key for a second, and no other request after it', async () => {
    await expire();
    const waiting = t.find('a');
    await elapse(999);
    expect(await isPending(waiting)).toBe(true);
    await elapse(1);
    expect(await waiting).toBe('a');
    expect(await t.find('a')).toBe('a');
    expect(t.source.asked).toBe(2);
    expect(t.store.status().state).toBe('stale');
  });

  test('goes on: its answer counts when it comes', async () => {
    await expire();
    const waiting = t.find('a');
    await elapse(1_000);
    await waiting;
    t.source.published = [b];
    t.source.release();
    await settle();
    expect(await t.find('b')).toBe('b');
    expect(await codeOf(t.find('a'))).toBe('key_unknown');
    expect(t.store.status().state).toBe('fresh');
  });

  test('holds an unknown key until the fetch ends', async () => {
    await expire();
    t.source.published = [a, b];
    const waiting = t.find('b');
    await elapse(4_000);
    expect(await isPending(waiting)).toBe(true);
    t.source.release();
    expect(await waiting).toBe('b');
  });

  test.each<Duration | undefined>(['71m', undefined])(
    'holds every key where none may be used, age %s',
    async (age) => {
      if (age !== undefined) await expire(age);
      t.source.hanging = true;
      const waiting = t.find('a');
      await elapse(4_000);
      expect(await isPending(waiting)).toBe(true);
      t.source.down = true;
      t.source.release();
      expect(await codeOf(waiting)).toBe('keys_unavailable');
    },
  );

  test('is fast again afterwards', async () => {
    await expire();
    const waiting = t.find('a');
    await elapse(1_000);
    await waiting;
    t.source.release();
    await settle();
    t.clock.advance('10m');
    t.source.hanging = true;
    const next = t.find('a');
    expect(await isPending(next)).toBe(true);
    t.source.release();
    expect(await next).toBe('a');
  });
});

describe('back-off', () => {
  test('a store without keys asks after 1, 2, 4, 5, 5 … seconds', async () => {
    t.source.down = true;
    const start = t.clock.now();
    for (let second = 0; second < 30; second++) {
      expect(await codeOf(t.find('a'))).toBe('keys_unavailable');
      t.clock.advance(1);
    }
    const seconds = t.source.askedAt.map((time) => (time - start) / 1000);
    expect(seconds).toEqual([0, 1, 3, 7, 12, 17, 22, 27]);
  });

  test('a store with stale keys asks after 1, 2, 4, 8, 16, 30, 30 seconds', async () => {
    await t.find('a');
    t.clock.advance('10m');
    t.source.down = true;
    const start = t.clock.now();
    for (let second = 0; second < 130; second++) {
      expect(await t.find('a')).toBe('a');
      await settle();
      t.clock.advance(1);
    }
    const seconds = t.source.askedAt.slice(1).map((time) => (time - start) / 1000);
    expect(seconds).toEqual([0, 1, 3, 7, 15, 31, 61, 91, 121]);
  });

  test('is at most 5 seconds once stale keys have died', async () => {
    await t.find('a');
    t.source.down = true;
    t.clock.advance('69m');
    for (let second = 0; second < 60; second++) {
      await t.find('a').catch(() => undefined);
      await settle();
      t.clock.advance(1);
    }
    t.clock.advance(5);
    t.source.down = false;
    expect(await t.find('a')).toBe('a');
  });

  test('ends with the first success', async () => {
    t.source.down = true;
    await codeOf(t.find('a'));
    t.source.down = false;
    t.clock.advance(1);
    expect(await t.find('a')).toBe('a');
    expect(t.store.status()).toMatchObject({ state: 'fresh', failures: 0, lastError: undefined });
  });

  test('Retry-After is whole seconds, 1 at least', async () => {
    t = storeFixture(defaultPolicy, () => 0.5);
    t.source.down = true;
    await codeOf(t.find('a'));
    for (let step = 0; step < 40; step++) {
      const { retryAfter } = (await rejectionOf(t.find('a'))).details;
      expect(Number.isInteger(retryAfter)).toBe(true);
      expect(retryAfter).toBeGreaterThanOrEqual(1);
      expect(retryAfter).toBeLessThanOrEqual(30);
      t.clock.advance('700ms');
    }
  });
});

describe('refresh()', () => {
  test('asks again, fresh or not, whatever the cooldown says', async () => {
    await t.store.refresh();
    await codeOf(t.find('x'));
    await t.store.refresh();
    await t.store.refresh();
    expect(t.source.asked).toBe(4);
  });

  test('asks again whatever the back-off says', async () => {
    t.source.down = true;
    await codeOf(t.store.refresh());
    await codeOf(t.store.refresh());
    expect(t.source.asked).toBe(2);
    t.source.down = false;
    await t.store.refresh();
    expect(await t.find('a')).toBe('a');
  });

  test('joins a fetch under way', async () => {
    t.source.hanging = true;
    const work = [t.find('a'), t.store.refresh(), t.store.refresh()];
    t.source.release();
    await Promise.all(work);
    expect(t.source.asked).toBe(1);
  });

  test.each(['keys_unavailable', 'metadata_issuer_mismatch', 'jwks_uri_insecure'] as const)(
    'rejects with %s, and so does find()',
    async (code) => {
      const store = new KeyStore({
        issuer: 'https://issuer.example',
        source: () => Promise.reject(new AuthError(code, 'because')),
        policy: defaultPolicy,
        clock: t.clock.now,
        onEvent: () => undefined,
        random: () => 0,
      });
      expect(await rejectionOf(store.refresh())).toMatchObject({ code, kind: 'unavailable' });
      expect(
        await rejectionOf(Promise.resolve().then(() => store.find({ kid: 'a', alg: 'ES256' }))),
      ).toMatchObject({ code, reason: 'because' });
      expect(await rejectionOf(store.keySet())).toMatchObject({ code });
    },
  );

  test('a source that throws something else is unavailable all the same', async () => {
    const cause = new RangeError('odd');
    const source = () => Promise.reject(cause);
    const store = new KeyStore({
      issuer: 'i',
      source,
      policy: defaultPolicy,
      clock: t.clock.now,
      onEvent: () => undefined,
      random: () => 0,
    });
    expect(await rejectionOf(store.refresh())).toMatchObject({ code: 'keys_unavailable', cause });
  });

  test('a 304 to a first request is unavailable', async () => {
    const source = async () => ({ keySet: undefined, lifetime: 1, etag: undefined });
    const store = new KeyStore({
      issuer: 'i',
      source,
      policy: defaultPolicy,
      clock: t.clock.now,
      onEvent: () => undefined,
      random: () => 0,
    });
    expect(await codeOf(store.refresh())).toBe('keys_unavailable');
  });
});

describe('keySet()', () => {
  test('gives the current keys, and waits for the first', async () => {
    expect((await t.store.keySet()).keys).toEqual([a]);
  });

  test('gives an empty set, which is a set', async () => {
    t.source.published = [];
    expect((await t.store.keySet()).keys).toEqual([]);
  });

  test('rejects when there is none', async () => {
    t.source.down = true;
    const error = await rejectionOf(t.store.keySet());
    expect(error).toMatchObject({ code: 'keys_unavailable', details: { retryAfter: 1 } });
  });

  test('gives the stale keys while the issuer is down', async () => {
    await t.store.keySet();
    t.source.down = true;
    t.clock.advance('600s');
    expect((await t.store.keySet()).keys).toEqual([a]);
  });
});

describe('a caller that gives up', () => {
  test('does not cancel the fetch', async () => {
    t.source.hanging = true;
    const impatient = Promise.race([t.find('a'), Promise.resolve('gave up')]);
    expect(await impatient).toBe('gave up');
    t.source.release();
    await settle();
    expect(t.store.status().kids).toEqual(['a']);
  });
});

describe('status()', () => {
  const jsonOf = (store: KeyStore) => JSON.parse(JSON.stringify(store.status())) as unknown;

  test('causes no fetch', () => {
    expect(t.store.status()).toMatchObject({
      issuer: 'https://issuer.example',
      state: 'never loaded',
      kids: [],
    });
    expect(t.source.asked).toBe(0);
  });

  test('fresh', async () => {
    await t.find('a');
    t.clock.advance('2m');
    expect(t.store.status()).toMatchObject({
      issuer: 'https://issuer.example',
      state: 'fresh',
      kids: ['a'],
      fetchedAt: 1_767_225_600,
      age: 120,
      expiresAt: 1_767_226_200,
      usableUntil: 1_767_229_800,
      nextAttemptAt: 1_767_226_170,
      lastError: undefined,
      fetches: 1,
      failures: 0,
    });
  });

  test('down', async () => {
    t.source.down = true;
    await codeOf(t.find('a'));
    expect(t.store.status()).toMatchObject({
      state: 'unavailable',
      nextAttemptAt: 1_767_225_601,
      fetches: 1,
      failures: 1,
      lastError: { code: 'keys_unavailable', reason: 'the issuer is down' },
    });
  });

  test('is what JSON makes of it', async () => {
    expect(jsonOf(t.store)).toEqual(t.store.status());
    await t.find('a');
    expect(jsonOf(t.store)).toEqual(t.store.status());
    t.source.down = true;
    await codeOf(t.store.refresh());
    expect(jsonOf(t.store)).toEqual(t.store.status());
  });

  test('with keys that were configured too', async () => {
    const source = staticSource({ keys: [a.jwk] }, ['ES256']);
    const store = new KeyStore({
      issuer: 'i',
      source,
      policy: defaultPolicy,
      clock: t.clock.now,
      onEvent: () => undefined,
      random: () => 0.5,
    });
    await store.refresh();
    expect(jsonOf(store)).toEqual(store.status());
    expect(store.status()).toMatchObject({ state: 'fresh', kids: ['a'] });
  });
});

describe('close()', () => {
  test('ends a fetch under way, and keeps the keys that are there', async () => {
    let closing: AbortSignal | undefined;
    const source: KeySource = async (_, signal) => {
      closing = signal;
      return { keySet: { keys: [a], skipped: [] }, lifetime: 600_000, etag: undefined };
    };
    const store = new KeyStore({
      issuer: 'i',
      source,
      policy: defaultPolicy,
      clock: t.clock.now,
      onEvent: () => undefined,
      random: () => 0,
    });
    await store.refresh();
    expect(closing?.aborted).toBe(false);
    store.close();
    expect(closing?.aborted).toBe(true);
    expect((await store.keySet()).keys).toEqual([a]);
  });
});

describe('events', () => {
  test('loaded, failed, and loaded again with the failures between', async () => {
    await t.find('a');
    t.source.down = true;
    await codeOf(t.store.refresh());
    await codeOf(t.store.refresh());
    t.source.down = false;
    await t.store.refresh();
    expect(
      t.events.map((event) => [
        event.type,
        event.type === 'loaded' ? event.afterFailures : event.failures,
      ]),
    ).toEqual([
      ['loaded', 0],
      ['failed', 1],
      ['failed', 2],
      ['loaded', 2],
    ]);
  });

  test('a refresh by 304 is none', async () => {
    t.source.etag = '"v1"';
    await t.store.refresh();
    await t.store.refresh();
    expect(t.events).toHaveLength(1);
  });
});

describe('what an error says', () => {
  test('an unknown key: which, escaped, and the issuer', async () => {
    const { reason, facts } = await rejectionOf(t.find(`x\n${'y'.repeat(500)}`));
    expect(reason).toMatch(/^[\x20-\x7e]*$/);
    expect(reason.length).toBeLessThan(300);
    expect(facts).toMatchObject({
      iss: 'https://issuer.example',
      kid: expect.stringContaining('x\\u000a') as string,
    });
  });
});

/** Leaves the keys themselves away. */
function replaceKeys(name: string, value: unknown): unknown {
  return name === 'keySet' || name === 'options' ? undefined : value;
}

test('a logger that throws changes neither a successful fetch nor a refusal', async () => {
  const store = new KeyStore({
    issuer: 'https://issuer.example',
    source: t.source.ask,
    policy: defaultPolicy,
    clock: t.clock.now,
    random: () => 0,
    onEvent: () => {
      throw new Error('the disk is full');
    },
  });
  expect((await store.find({ kid: 'a', alg: 'ES256' })).kid).toBe('a');
  expect(store.status()).toMatchObject({ state: 'fresh', failures: 0 });
  t.source.down = true;
  expect(await codeOf(store.refresh())).toBe('keys_unavailable');
});
