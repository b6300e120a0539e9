import { AuthError } from '../../../../lib/core/errors.js';
import {
  RefreshingCache,
  MAX_ENTRIES,
  type Entry,
} from '../../../../lib/core/session/refreshing-cache.js';
import { TestClock } from '../../../../lib/testing/test-clock.js';
import { rejectionOf } from '../../../support/refusals.js';
import { settle } from '../../../support/scripted-source.js';

interface Told {
  readonly text: string;
}
/** Questions that are answered by hand, in any order. */
class Questions {
  readonly open: { resolve(text: string): void; reject(error: Error): void }[] = [];
  count = 0;
  readonly ask = (): Promise<Told> => {
    this.count += 1;
    return new Promise((resolve, reject) =>
      this.open.push({ resolve: (text) => resolve({ text }), reject }),
    );
  };
}

const unavailable = () => new AuthError('session_unconfirmed', 'nobody there');
const refusal = () => new AuthError('session_invalid', 'no');

let clock: TestClock;
let answers: RefreshingCache<Told>;
let questions: Questions;
beforeEach(() => {
  clock = new TestClock(1_767_225_600_000);
  answers = new RefreshingCache(clock.now);
  questions = new Questions();
});
const get = (maxAge: number, key = 'key') => answers.get(key, maxAge, questions.ask);
/** The text, when it is there without waiting. */
const known = (maxAge: number, key?: string) => {
  const answer = get(maxAge, key);
  if (!(answer instanceof Promise)) return answer.value.text;
  answer.catch(() => undefined);
  return 'waits';
};
async function learn(text: string, maxAge = 10_000): Promise<Entry<Told>> {
  const work = get(maxAge);
  questions.open.pop()?.resolve(text);
  return work;
}

test('an answer is as old as its question', async () => {
  const work = get(10_000);
  const requestedAt = clock.now();
  clock.advance('3s');
  questions.open[0]?.resolve('a');
  expect(await work).toEqual({ value: { text: 'a' }, requestedAt });
  clock.advance('1.999s');
  expect(get(10_000)).toEqual({ value: { text: 'a' }, requestedAt });
  expect(questions.count).toBe(1);
});

test('one question at a time per key', async () => {
  const all = Promise.all(Array.from({ length: 50 }, async () => get(10_000)));
  const other = get(10_000, 'another key');
  expect(questions.count).toBe(2);
  questions.open[0]?.resolve('a');
  questions.open[1]?.resolve('b');
  expect((await all).map(({ value }) => value.text)).toEqual(Array.from({ length: 50 }, () => 'a'));
  expect((await other).value.text).toBe('b');
});

test('a failed request rejects all waiting callers', async () => {
  const waiting = [get(10_000), get(10_000)] as Promise<Entry<Told>>[];
  questions.open[0]?.reject(unavailable());
  for (const one of waiting) expect((await rejectionOf(one)).code).toBe('session_unconfirmed');
});

test.each([0, 1, 4_999])('no request is made %p ms into 10 s', async (age) => {
  await learn('a');
  clock.advance(age / 1000);
  expect(known(10_000)).toBe('a');
  expect(questions.count).toBe(1);
});

test.each([5_000, 7_500, 9_999])(
  '%p ms into 10 s it is asked in the background, and nobody waits',
  async (age) => {
    await learn('a');
    clock.advance(age / 1000);
    for (let request = 0; request < 5; request += 1) expect(known(10_000)).toBe('a');
    expect(questions.count).toBe(2);
    questions.open[0]?.resolve('b');
    await settle();
    expect(known(10_000)).toBe('b');
    expect(questions.count).toBe(2);
  },
);

test('at the end of its time it no longer counts', async () => {
  await learn('a');
  clock.advance('10s');
  expect(known(10_000)).toBe('waits');
});

test('each call says for itself how old is too old', async () => {
  await learn('a', 60_000);
  clock.advance('2s');
  expect(known(60_000)).toBe('a');
  expect(known(2_000)).toBe('waits');
  expect(known(2_001)).toBe('a');
  expect(known(60_000)).toBe('a');
});

test('with a maximum age of 0, every call makes a request', async () => {
  await learn('a', 0);
  clock.advance('1ms');
  expect(known(0)).toBe('waits');
  clock.advance('1ms');
  expect(known(0)).toBe('waits');
  expect(questions.count).toBe(3);
});

test('a call that needs a fresher result does not join the pending request', async () => {
  const slow = get(60_000) as Promise<Entry<Told>>;
  clock.advance('2s');
  const strict = get(1_000) as Promise<Entry<Told>>;
  expect(questions.count).toBe(2);
  expect(get(60_000)).toBeInstanceOf(Promise);
  expect(questions.count).toBe(2);
  questions.open[1]?.resolve('new');
  questions.open[0]?.resolve('old');
  expect((await strict).value.text).toBe('new');
  expect((await slow).value.text).toBe('old');
  // The older question does not replace the answer to the newer one.
  expect(known(60_000)).toBe('new');
});

test('a refusal is never cached, and removes the cached result', async () => {
  await learn('a');
  clock.advance('6s');
  expect(known(10_000)).toBe('a');
  questions.open[0]?.reject(refusal());
  await settle();
  const refused = get(10_000) as Promise<Entry<Told>>;
  questions.open[1]?.reject(refusal());
  expect((await rejectionOf(refused)).code).toBe('session_invalid');
  expect(known(10_000)).toBe('waits');
  expect(questions.count).toBe(4);
});

test('any other error removes the cached result too', async () => {
  await learn('a');
  clock.advance('6s');
  known(10_000);
  questions.open[0]?.reject(new Error('broken'));
  await settle();
  expect(known(10_000)).toBe('waits');
});

test('during an outage, a cached result stays valid until it expires', async () => {
  await learn('a');
  clock.advance('6s');
  known(10_000);
  questions.open[0]?.reject(unavailable());
  await settle();
  clock.advance('3.999s');
  expect(known(10_000)).toBe('a');
  clock.advance('1ms');
  expect(known(10_000)).toBe('waits');
});

test('after a failed refresh, no request is made for a second', async () => {
  await learn('a');
  clock.advance('5s');
  known(10_000);
  questions.open[0]?.reject(unavailable());
  await settle();
  clock.advance('999ms');
  known(10_000);
  expect(questions.count).toBe(2);
  clock.advance('1ms');
  known(10_000);
  expect(questions.count).toBe(3);
  // Whoever has no answer is told at once, and asks no more.
  questions.open[1]?.reject(unavailable());
  await settle();
  expect((await rejectionOf(Promise.resolve(get(1)))).code).toBe('session_unconfirmed');
  expect(questions.count).toBe(3);
  clock.advance('1s');
  void get(1);
  expect(questions.count).toBe(4);
});

test('a failed refresh causes no unhandled rejection', async () => {
  const unhandled: unknown[] = [];
  const listener = (reason: unknown) => void unhandled.push(reason);
  process.on('unhandledRejection', listener);
  await learn('a');
  clock.advance('6s');
  known(10_000);
  questions.open[0]?.reject(unavailable());
  await settle();
  process.off('unhandledRejection', listener);
  expect(unhandled).toEqual([]);
});

test('a request that throws synchronously is a failure like any other', async () => {
  const work = answers.get('key', 1_000, () => {
    throw refusal();
  });
  expect((await rejectionOf(work as Promise<unknown>)).code).toBe('session_invalid');
  expect(known(1_000)).toBe('waits');
});

test('bounded: the least recently used result is evicted first', async () => {
  const ask = (text: string) => async () => ({ text });
  for (let count = 0; count <= MAX_ENTRIES; count += 1)
    await answers.get(`key ${count}`, 10_000, ask(String(count)));
  expect(known(10_000, 'key 0')).toBe('waits');
  expect(known(10_000, 'key 1')).toBe('1');
  expect(known(10_000, `key ${MAX_ENTRIES}`)).toBe(String(MAX_ENTRIES));
});

describe('when the clock is set back', () => {
  test('an answer from the future does not count', async () => {
    await learn('a');
    clock.advance(-1);
    expect(known(10_000)).toBe('waits');
  });

  test('a question from the future is not joined', () => {
    void get(10_000);
    clock.advance(-1);
    void get(10_000);
    expect(questions.count).toBe(2);
  });

  test('answers are kept again at once', async () => {
    await learn('a');
    clock.advance(-3_600);
    await learn('b');
    expect(known(10_000)).toBe('b');
    expect(questions.count).toBe(2);
  });

  test('an entry found to be from the future stays dropped when that time comes', async () => {
    await learn('an hour old by then');
    clock.advance(-3_600);
    expect(known(10_000)).toBe('waits');
    questions.open.pop()?.reject(unavailable());
    await settle();
    clock.advance(3_600);
    expect(known(10_000)).toBe('waits');
  });

  test(
    'nor does the answer to a question that was seen to be from the future, even by one who ' +
      'was told of a failure',
    async () => {
      const first = get(0) as Promise<Entry<Told>>;
      clock.advance(1);
      const second = get(0);
      clock.advance(-1);
      questions.open[0]?.reject(unavailable());
      await rejectionOf(first);
      expect(known(0)).toBe('waits');
      expect(questions.count).toBe(2);
      questions.open[1]?.resolve('of unknown age');
      await second;
      clock.advance(1);
      expect(known(10_000)).toBe('waits');
    },
  );
});

test('a late answer to an older question does not undo a refusal', async () => {
  const slow = get(60_000);
  clock.advance('2s');
  const strict = get(1_000) as Promise<Entry<Told>>;
  questions.open[1]?.reject(refusal());
  expect((await rejectionOf(strict)).code).toBe('session_invalid');
  questions.open[0]?.resolve('from before');
  await slow;
  expect(known(60_000)).toBe('waits');
});
