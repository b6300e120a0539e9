import { AsyncLocalStorage } from 'node:async_hooks';
import { endOfTurn } from '../../../lib/core/end-of-turn.js';

test('all callers of one turn continue together after it, in order', async () => {
  const told: string[] = [];
  const waiters = ['a', 'b', 'c'].map((name) =>
    (endOfTurn() as Promise<void>).then(() => told.push(name)),
  );
  process.nextTick(() => told.push('tick'));
  await Promise.resolve();
  expect(told).toEqual([]);
  await Promise.all(waiters);
  expect(told).toEqual(['tick', 'a', 'b', 'c']);
});

test('a call after the end of the turn waits for the next one', async () => {
  const first = endOfTurn();
  await first;
  expect(endOfTurn()).not.toBe(first);
});

test('each goes on in its own asynchronous context', async () => {
  const storage = new AsyncLocalStorage<string>();
  const waiting = ['a', 'b'].map((name) =>
    storage.run(name, () => (endOfTurn() as Promise<void>).then(() => storage.getStore())),
  );
  expect(await Promise.all(waiting)).toEqual(['a', 'b']);
});

test('of a crowd, those beyond 512 do not wait', async () => {
  await endOfTurn();
  const all = Array.from({ length: 600 }, endOfTurn);
  expect(all.filter((end) => end === undefined)).toHaveLength(88);
  await all[0];
  expect(endOfTurn()).toBeDefined();
});
