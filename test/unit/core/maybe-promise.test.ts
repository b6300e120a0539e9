import { runInNewContext } from 'node:vm';
import { andThen, isPromise } from '../../../lib/core/maybe-promise.js';

const foreign = (): Promise<number> => runInNewContext('Promise.resolve(1)') as Promise<number>;

test('what is there is followed at once', () => {
  expect(andThen(1, (value) => value + 1)).toBe(2);
  expect(andThen(undefined, () => 'done')).toBe('done');
  expect(andThen(null, () => 'done')).toBe('done');
});

test.each([
  ['of this realm', () => Promise.resolve(1)],
  ['of another realm', foreign],
])('a promise %s is waited for', async (_, make) => {
  const outcome = andThen(make(), (value) => value + 1);
  expect(isPromise(outcome)).toBe(true);
  expect(await outcome).toBe(2);
});

test('a promise of another realm is no instance of ours', () => {
  expect(foreign() instanceof Promise).toBe(false);
});

test('a refusal stays one', async () => {
  await expect(
    Promise.resolve(
      andThen(runInNewContext('Promise.reject(new Error("no"))') as Promise<number>, () => 'in'),
    ),
  ).rejects.toThrow('no');
});
