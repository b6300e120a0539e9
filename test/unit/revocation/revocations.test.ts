import { jest } from '@jest/globals';
import type { RevocationStore } from '../../../lib/options/contracts.js';
import { Revocations } from '../../../lib/revocation/revocations.js';
import type { RevocationRecord } from '../../../lib/core/revocation/revocation-record.js';
import { AuthgearUser } from '../../../lib/core/user.js';
import { TestClock } from '../../../lib/testing/test-clock.js';
import { MemoryLogger } from '../../support/app.js';
import { codeOf, rejectionOf } from '../../support/refusals.js';
import { settle } from '../../support/scripted-source.js';
import { DRIVER_ERROR, ScriptedStore, type StoreFailure } from '../../support/scripted-store.js';
import { ISSUER, NOW, trustedIssuer } from '../../support/tokens.js';

const KEEP_FOR = 3_600_000;
const user = (sub: string, changes: { issuer?: string; isMachine?: boolean } = {}) =>
  new AuthgearUser({ sub, issuer: ISSUER, via: 'jwt', ...changes });
const disabled = (at = NOW): RevocationRecord => ({ notBefore: at, suspension: undefined });
const planned = (from: number, until?: number): RevocationRecord => ({
  notBefore: undefined,
  suspension: { at: NOW, seq: 1, period: { from, until } },
});
const reenabled = (at = NOW, seq = 2): RevocationRecord => ({
  notBefore: undefined,
  suspension: { at, seq, period: undefined },
});

let clock: TestClock;
let logger: MemoryLogger;
beforeEach(() => {
  clock = new TestClock(NOW * 1000);
  logger = new MemoryLogger();
});

interface Setup {
  readonly store?: RevocationStore;
  readonly onStoreFailure?: 'closed' | 'open';
  readonly hasWebhooks?: boolean;
}
function replica({ store, onStoreFailure = 'closed', hasWebhooks = true }: Setup = {}) {
  const issuer = trustedIssuer(
    hasWebhooks ? { webhooks: { path: '/hooks', key: Buffer.alloc(32) } } : {},
  );
  const revocations = new Revocations({
    issuers: [
      { issuer, metadataUrl: undefined, jwksUri: undefined, jwks: undefined, allowInsecure: false },
    ],
    revocation: { store, onStoreFailure, keepFor: KEEP_FOR },
    clock: clock.now,
    logger,
  });
  /** The code of the refusal of a token from `since`; `undefined` when it counts. */
  const refuses = async (sub: string, since = NOW): Promise<string | undefined> => {
    let work: void | Promise<void> = undefined;
    const atOnce = codeOf(() => void (work = revocations.check(user(sub), since)));
    return (
      atOnce ??
      Promise.resolve(work).then(
        () => undefined,
        (error: unknown) =>
          codeOf(() => {
            throw error;
          }),
      )
    );
  };
  const apply = (sub: string, mark: RevocationRecord) => revocations.apply(ISSUER, sub, mark);
  return { revocations, refuses, apply };
}

describe('of this replica alone', () => {
  test('a token from before, or from the same second, does not count', async () => {
    const { apply, refuses } = replica();
    await apply('user-1', disabled());
    expect(await refuses('user-1', NOW - 1)).toBe('token_revoked');
    expect(await refuses('user-1', NOW)).toBe('token_revoked');
    expect(await refuses('user-1', NOW + 0.999)).toBe('token_revoked');
    expect(await refuses('user-1', NOW + 1)).toBeUndefined();
    expect(await refuses('user-2', NOW - 1)).toBeUndefined();
  });

  test('the check is synchronous', async () => {
    const { revocations, apply } = replica();
    expect(revocations.check(user('user-1'), NOW)).toBeUndefined();
    await apply('user-1', disabled());
    expect((await rejectionOf(Promise.resolve(revocations.check(user('user-1'), NOW)))).code).toBe(
      'token_revoked',
    );
  });

  test('users of two issuers are distinct, and their names cannot collide', async () => {
    const { revocations } = replica();
    await revocations.apply('https://a.example', 'b c', disabled());
    const refusal = revocations.check(user('b c', { issuer: 'https://a.example' }), NOW);
    expect((await rejectionOf(Promise.resolve(refusal))).code).toBe('token_revoked');
    expect(revocations.check(user('b c'), NOW)).toBeUndefined();
  });

  test('machines are not affected', async () => {
    const { revocations, apply } = replica();
    await apply('client_id_a', disabled());
    expect(revocations.check(user('client_id_a', { isMachine: true }), NOW)).toBeUndefined();
  });

  test('in any order: what is revoked stays revoked', async () => {
    const { apply, refuses } = replica();
    await apply('user-1', reenabled());
    await apply('user-1', disabled());
    await apply('user-1', reenabled(NOW + 1));
    await apply('user-1', disabled(NOW - 10));
    expect(await refuses('user-1')).toBe('token_revoked');
  });

  test('a planned disabling refuses tokens inside its period, and none before or after', async () => {
    const { apply, refuses } = replica();
    await apply('user-1', planned(NOW + 60, NOW + 120));
    expect(await refuses('user-1')).toBeUndefined();
    clock.advance('59s');
    expect(await refuses('user-1')).toBeUndefined();
    clock.advance('1s');
    expect(await refuses('user-1', NOW + 60)).toBe('token_revoked');
    clock.advance('60s');
    expect(await refuses('user-1')).toBeUndefined();
  });

  test('a planned disabling is known however far away it is, and ends when it is lifted', async () => {
    const { apply, refuses } = replica();
    await apply('user-1', planned(NOW + 864_000));
    clock.advance(864_000);
    await apply('user-2', disabled());
    expect(await refuses('user-1', NOW + 864_000)).toBe('token_revoked');
    await apply('user-1', reenabled(NOW + 864_001));
    expect(await refuses('user-1', NOW + 864_000)).toBeUndefined();
  });

  test('remembered for as long as tokens live', async () => {
    const { apply, refuses } = replica();
    await apply('user-1', disabled());
    clock.advance(3_599.999);
    expect(await refuses('user-1')).toBe('token_revoked');
    clock.advance(0.001);
    expect(await refuses('user-1')).toBeUndefined();
  });

  test.each([
    ['webhooks without a store', {}, 1],
    ['webhooks with a store', { store: new ScriptedStore().connect() }, 0],
    ['no webhooks', { hasWebhooks: false }, 0],
  ])('%s: so many warnings that revocations end with the process', async (_, setup, count) => {
    const { revocations } = replica(setup);
    await revocations.onApplicationBootstrap();
    const warnings = logger.lines.filter((line) => line.includes('end with this process'));
    expect(warnings).toHaveLength(count);
    await revocations.onModuleDestroy();
  });

  test('without webhooks and without a store nothing is looked at', async () => {
    const { apply, refuses } = replica({ hasWebhooks: false });
    await apply('user-1', disabled());
    expect(await refuses('user-1')).toBeUndefined();
  });
});

describe('a store', () => {
  let store: ScriptedStore;
  beforeEach(() => (store = new ScriptedStore()));
  const pair = (onStoreFailure: 'closed' | 'open' = 'closed') =>
    [
      replica({ store: store.connect(), onStoreFailure }),
      replica({ store: store.connect(), onStoreFailure, hasWebhooks: false }),
    ] as const;

  test('an event at one replica reaches the other', async () => {
    const [one, other] = pair();
    expect(await other.refuses('user-1')).toBeUndefined();
    await one.apply('user-1', disabled());
    expect(await one.refuses('user-1')).toBe('token_revoked');
    clock.advance('1s');
    expect(await other.refuses('user-1')).toBe('token_revoked');
    await one.apply('user-2', planned(NOW));
    clock.advance('1s');
    expect(await other.refuses('user-2')).toBe('token_revoked');
    await one.apply('user-2', reenabled(NOW + 1));
    clock.advance('1s');
    expect(await other.refuses('user-2')).toBeUndefined();
  });

  test('nothing of a user’s name is in it', async () => {
    const [one] = pair();
    await one.apply('user-1', disabled());
    expect(JSON.stringify([...store.data])).not.toMatch(/user-1|authgear\.cloud/);
    for (const { key } of store.sets) expect(key).toMatch(/^nestjs-authgear:/);
  });

  test('an unreadable value counts as a store failure', async () => {
    const [one, other] = pair();
    await one.apply('user-1', disabled());
    const [key] = store.users as [string];
    store.data.set(key, '{"some":"thing"}');
    clock.advance('1s');
    expect(await other.refuses('user-1')).toBe('revocation_unavailable');
    expect(await one.refuses('user-1')).toBe('token_revoked');
  });

  test('it forgets when the tokens are over', async () => {
    const [one] = pair();
    await one.apply('user-1', disabled(NOW - 600));
    expect(store.sets.map(({ ttl }) => ttl)).toEqual([KEEP_FOR - 600_000]);
    await one.apply('user-2', disabled(NOW - 3_600));
    expect(store.users).toHaveLength(1);
    // A clock of fractions gives whole milliseconds all the same, and never too few.
    clock.set(NOW * 1000 + 0.3);
    await one.apply('user-3', disabled());
    expect(store.sets.at(-1)?.ttl).toBe(KEEP_FOR);
  });

  test('is read once per second and user, however many ask', async () => {
    const { refuses } = replica({ store: store.connect() });
    await Promise.all(Array.from({ length: 20 }, () => refuses('user-1')));
    clock.advance(0.999);
    await refuses('user-1');
    expect(store.gets).toHaveLength(1);
    await refuses('user-2');
    expect(store.gets).toHaveLength(2);
    clock.advance(0.001);
    await Promise.all(Array.from({ length: 20 }, () => refuses('user-1')));
    expect(store.gets).toHaveLength(3);
    clock.advance(-1);
    await refuses('user-1');
    expect(store.gets).toHaveLength(4);
  });

  test('is not asked about machines', async () => {
    const { revocations } = replica({ store: store.connect() });
    await revocations.check(user('client_id_a', { isMachine: true }), NOW);
    expect(store.gets).toEqual([]);
  });

  test('events of one user are one mark, and the same mark is written once', async () => {
    const [one] = pair();
    await one.apply('user-1', disabled());
    await one.apply('user-1', disabled());
    await one.apply('user-1', disabled(NOW - 10));
    expect(store.sets).toHaveLength(1);
  });

  describe.each<StoreFailure>(['rejects', 'throws', 'emits'])('that %s', (failure) => {
    test("'closed' refuses unknown users, and revoked users with token_revoked", async () => {
      const { apply, refuses } = replica({ store: store.connect() });
      await apply('user-1', disabled());
      store.failure = failure;
      expect(await refuses('user-2')).toBe('revocation_unavailable');
      expect(await refuses('user-1')).toBe('token_revoked');
    });

    test("'open' uses only its own records", async () => {
      const { apply, refuses } = replica({ store: store.connect(), onStoreFailure: 'open' });
      store.failure = failure;
      await apply('user-1', disabled());
      expect(await refuses('user-2')).toBeUndefined();
      expect(await refuses('user-1')).toBe('token_revoked');
    });

    test('is asked once a second, failing or not', async () => {
      const { refuses } = replica({ store: store.connect() });
      store.failure = failure;
      for (let request = 0; request < 10; request += 1) await refuses('user-1');
      expect(store.gets).toHaveLength(1);
    });

    test('works again: records from the outage are written, and reach both replicas', async () => {
      const [one, other] = pair();
      store.failure = failure;
      await one.apply('user-1', disabled());
      await one.apply('user-2', disabled());
      await one.revocations.sync();
      expect(store.users).toHaveLength(0);
      store.failure = undefined;
      await one.revocations.sync();
      expect(store.users).toHaveLength(2);
      clock.advance('1s');
      for (const { refuses } of [one, other])
        for (const sub of ['user-1', 'user-2']) expect(await refuses(sub)).toBe('token_revoked');
    });

    test('is logged once, and once more when it works again', async () => {
      const { revocations, apply } = replica({ store: store.connect() });
      store.failure = failure;
      await apply('user-1', disabled());
      for (let second = 0; second < 5; second += 1) await revocations.sync();
      store.failure = undefined;
      for (let second = 0; second < 5; second += 1) await revocations.sync();
      expect(logger.lines).toEqual([
        expect.stringMatching(
          /^error revocation_unavailable: .*authenticated requests get 503 until it recovers$/,
        ),
        'log The revocation store works again',
      ]);
    });
  });

  test('that refuses what is written has failed', async () => {
    const { revocations, apply, refuses } = replica({ store: store.connect() });
    store.failure = 'refuses';
    await apply('user-1', disabled());
    expect(logger.lines).toHaveLength(1);
    expect(await refuses('user-2')).toBe('revocation_unavailable');
    store.failure = undefined;
    await revocations.sync();
    expect(store.users).toHaveLength(1);
    expect(await replica({ store: store.connect() }).refuses('user-2')).toBeUndefined();
  });

  test('an error between calls fails no request', async () => {
    let report: (error: unknown) => void = () => undefined;
    const connection = {
      ...store.connect(),
      on: (_: 'error', listener: (error: unknown) => void) => void (report = listener),
    };
    const { refuses } = replica({ store: connection });
    report(new Error(DRIVER_ERROR));
    expect(await refuses('user-1')).toBeUndefined();
  });

  test('without "on" will do', async () => {
    const { get, set } = store.connect();
    const { apply, refuses } = replica({ store: { get, set } });
    await apply('user-1', disabled());
    expect(await refuses('user-1')).toBe('token_revoked');
  });

  test('that hangs has failed after a second of the real clock', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'Date'] });
    try {
      const { refuses } = replica({
        store: { get: () => new Promise(() => undefined), set: async () => true },
      });
      let code: string | undefined = 'none yet';
      void refuses('user-1').then((found) => (code = found));
      jest.advanceTimersByTime(999);
      await settle();
      expect(code).toBe('none yet');
      jest.advanceTimersByTime(1);
      await settle();
      expect(code).toBe('revocation_unavailable');
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });

  test('that hangs is not waited for once it is known to fail', async () => {
    const { apply, refuses } = replica({
      store: {
        get: () => new Promise(() => undefined),
        set: async () => Promise.reject(new Error(DRIVER_ERROR)),
      },
      onStoreFailure: 'open',
    });
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'Date'] });
    try {
      const work = apply('user-1', disabled());
      jest.advanceTimersByTime(1_000);
      await work;
      expect(await refuses('user-1')).toBe('token_revoked');
      expect(await refuses('user-2')).toBeUndefined();
    } finally {
      jest.useRealTimers();
    }
  });

  describe('that was emptied', () => {
    test.each([undefined, null] as const)(
      'is filled again by every replica that knows something, reading %p',
      async (missing) => {
        store.missing = missing;
        const [one, other] = pair();
        await one.revocations.sync();
        await other.revocations.sync();
        await one.apply('user-1', disabled());
        await other.apply('user-2', disabled());
        store.data.clear();
        for (const { revocations } of [one, other, one, other]) await revocations.sync();
        expect(store.users).toHaveLength(2);
        const fresh = replica({ store: store.connect() });
        expect(await fresh.refuses('user-1')).toBe('token_revoked');
        expect(await fresh.refuses('user-2')).toBe('token_revoked');
      },
    );

    test('while it could not be reached', async () => {
      const [one, other] = pair();
      for (const { revocations } of [one, other]) await revocations.sync();
      await one.apply('user-1', disabled());
      store.failure = 'rejects';
      for (const { revocations } of [one, other]) await revocations.sync();
      store.data.clear();
      store.failure = undefined;
      // Until it was looked after, what is not in it means nothing.
      clock.advance('1s');
      expect(await other.refuses('user-1')).toBe('revocation_unavailable');
      for (const { revocations } of [one, other]) await revocations.sync();
      clock.advance('1s');
      expect(await other.refuses('user-1')).toBe('token_revoked');
    });

    test('by another replica that filled it first', async () => {
      const [one, other] = pair();
      for (const { revocations } of [one, other, one]) await revocations.sync();
      await one.apply('user-1', disabled());
      store.data.clear();
      await other.revocations.sync();
      expect(store.users).toHaveLength(0);
      await one.revocations.sync();
      expect(store.users).toHaveLength(1);
    });

    test('and nothing is written while nothing happens', async () => {
      const [one, other] = pair();
      await one.apply('user-1', disabled());
      for (let second = 0; second < 10; second += 1)
        for (const { revocations } of [one, other]) await revocations.sync();
      const { length } = store.sets;
      const reads = store.gets.length;
      for (const { revocations } of [one, other]) await revocations.sync();
      expect(store.sets).toHaveLength(length);
      expect(store.gets).toHaveLength(reads + 2);
    });
  });

  test('a replica that starts adds missing records, and removes none', async () => {
    const [one] = pair();
    await one.revocations.sync();
    await one.apply('user-1', disabled());
    const late = replica({ store: store.connect() });
    await late.apply('user-1', disabled(NOW + 5));
    await late.revocations.sync();
    const fresh = replica({ store: store.connect() });
    expect(await fresh.refuses('user-1', NOW)).toBe('token_revoked');
    expect(await fresh.refuses('user-1', NOW + 5)).toBe('token_revoked');
    expect(await fresh.refuses('user-1', NOW + 6)).toBeUndefined();
  });

  test('the last chance of what could not be written is the end of the application', async () => {
    const one = replica({ store: store.connect() });
    await one.revocations.onApplicationBootstrap();
    await settle();
    store.failure = 'rejects';
    await one.apply('user-1', disabled());
    store.failure = undefined;
    await one.revocations.onModuleDestroy();
    expect(store.users).toHaveLength(1);
  });

  test('a logger that throws has no effect', async () => {
    logger.error = () => {
      throw new Error('disk full');
    };
    store.failure = 'rejects';
    const { apply, refuses } = replica({ store: store.connect() });
    await apply('user-1', disabled());
    expect(await refuses('user-1')).toBe('token_revoked');
  });

  test('the cause of a failure is kept for the developer', async () => {
    store.failure = 'rejects';
    const { revocations } = replica({ store: store.connect() });
    const error = await rejectionOf(revocations.check(user('user-1'), NOW) as Promise<void>);
    expect(error.kind).toBe('unavailable');
    expect(error.cause).toBeInstanceOf(Error);
  });

  describe('with errors', () => {
    test.each<StoreFailure>(['rejects', 'throws', 'emits', 'refuses'])(
      "nothing of the driver's own words, when it %s",
      async (failure) => {
        store.failure = failure;
        const { revocations, apply } = replica({ store: store.connect() });
        await apply('user-1', disabled());
        const { reason, message, fix, publicMessage } = await rejectionOf(
          revocations.check(user('user-2'), NOW) as Promise<void>,
        );
        expect([reason, message, fix, publicMessage, ...logger.lines].join('\n')).not.toMatch(
          /hunter2|redis\.example/,
        );
      },
    );
  });

  test.each([undefined, null])(
    'that keeps nothing, and reads it as %p, has failed',
    async (missing) => {
      const { revocations, refuses } = replica({
        store: { get: async () => missing, set: async () => true },
      });
      await revocations.sync();
      expect(logger.lines.join()).toMatch(/it does not keep what is written to it/);
      expect(await refuses('user-1')).toBe('revocation_unavailable');
    },
  );

  describe('two at once', () => {
    /** Operations happen when they are let go, in the order of the list. */
    const hold = () => {
      const held: { label: string; go: () => void }[] = [];
      store.when = (label) => new Promise((go) => held.push({ label, go: () => go(undefined) }));
      return async (index: number) => {
        held.splice(index, 1)[0]?.go();
        await settle();
      };
    };

    test('an event during the write of another one is kept when the store then fails', async () => {
      const one = replica({ store: store.connect() });
      const release = hold();
      const first = one.apply('user-1', disabled(NOW - 100));
      await settle();
      const second = one.apply('user-1', disabled(NOW));
      await settle();
      await release(0);
      store.failure = 'rejects';
      store.when = () => Promise.resolve();
      await release(0);
      await release(0);
      await Promise.all([first, second]);
      expect(await one.refuses('user-1', NOW)).toBe('token_revoked');
    });

    test('replicas that read before either wrote lose nothing', async () => {
      const [one, other] = pair();
      for (const { revocations } of [one, other, one]) await revocations.sync();
      const release = hold();
      const works = [one.apply('user-1', disabled()), other.apply('user-1', reenabled(NOW - 50))];
      await settle();
      // Both have read that there is nothing; then the first writes and reads it again, and the
      // other writes over it.
      await release(0);
      await release(0);
      await release(0);
      await release(1);
      store.when = () => Promise.resolve();
      for (let left = 0; left < 5; left += 1) await release(0);
      await Promise.all(works);
      for (let second = 0; second < 3; second += 1)
        for (const { revocations } of [one, other]) await revocations.sync();
      clock.advance('1s');
      expect(await other.refuses('user-1')).toBe('token_revoked');
    });
  });

  test('a replica that only reads forgets what is over, too', async () => {
    const [one, other] = pair();
    for (let count = 0; count < 20; count += 1) {
      await one.apply(`user-${count}`, disabled());
      await other.refuses(`user-${count}`);
    }
    await other.revocations.sync();
    clock.advance('2h');
    await other.revocations.sync();
    store.data.clear();
    const before = store.gets.length;
    await other.revocations.sync();
    // It looks for the epoch, and starts one; there is nothing to look after.
    expect(store.gets.length - before).toBe(2);
  });

  test('a store that is slow is not asked to keep up twice at once', async () => {
    const { revocations } = replica({ store: store.connect() });
    let waiting: () => void = () => undefined;
    store.when = () => new Promise((go) => (waiting = () => go(undefined)));
    const works = [revocations.sync(), revocations.sync(), revocations.sync()];
    await settle();
    expect(store.gets).toHaveLength(1);
    store.when = () => Promise.resolve();
    waiting();
    await Promise.all(works);
    await revocations.sync();
    expect(store.gets).toHaveLength(3);
  });
});
