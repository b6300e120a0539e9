import { ConcurrencyLimit, limitPerOrigin } from '../../../lib/core/concurrency-limit.js';
import type { Fetch } from '../../../lib/core/http.js';

/** Work that ends when the test says so. */
function jobs(limit: ConcurrencyLimit) {
  const started: string[] = [];
  const ends = new Map<string, { resolve: (name: string) => void; reject: (why: Error) => void }>();
  const run = (name: string, signal?: AbortSignal) =>
    limit.run(() => {
      started.push(name);
      return new Promise<string>((resolve, reject) => ends.set(name, { resolve, reject }));
    }, signal);
  const settle = () => new Promise(setImmediate);
  return {
    started,
    run,
    end: (name: string) => {
      ends.get(name)?.resolve(name);
      return settle();
    },
    fail: (name: string) => {
      ends.get(name)?.reject(new Error(name));
      return settle();
    },
  };
}

test('so many run at a time, and the others in order', async () => {
  const { run, started, end, fail } = jobs(new ConcurrencyLimit(2, 10));
  const all = ['a', 'b', 'c', 'd', 'e'].map((name) => run(name).catch(() => `${name} failed`));
  expect(started).toEqual(['a', 'b']);
  await end('b');
  expect(started).toEqual(['a', 'b', 'c']);
  await fail('a');
  await end('c');
  expect(started).toEqual(['a', 'b', 'c', 'd', 'e']);
  await end('d');
  await end('e');
  expect(await Promise.all(all)).toEqual(['a failed', 'b', 'c', 'd', 'e']);
});

test('what finds no room is refused at once, and later work is not', async () => {
  const { run, started, end } = jobs(new ConcurrencyLimit(1, 1));
  void run('a');
  void run('b');
  await expect(run('c')).rejects.toThrow('1 are under way, and 1 wait');
  await end('a');
  await end('b');
  void run('d');
  expect(started).toEqual(['a', 'b', 'd']);
});

test('what waits gives up with its signal, and leaves its place', async () => {
  const { run, started, end } = jobs(new ConcurrencyLimit(1, 1));
  void run('a');
  const controller = new AbortController();
  const waiting = run('b', controller.signal);
  controller.abort(new Error('too late'));
  await expect(waiting).rejects.toThrow('too late');
  void run('c');
  await end('a');
  expect(started).toEqual(['a', 'c']);
});

test('work that throws at once leaves its place', async () => {
  const limit = new ConcurrencyLimit(1, 0);
  const broken = (): Promise<void> => {
    throw new Error('broken');
  };
  await expect(limit.run(broken)).rejects.toThrow('broken');
  expect(await limit.run(() => Promise.resolve('next'))).toBe('next');
});

test('a fetch is limited for each origin on its own', async () => {
  const urls: string[] = [];
  const fetch: Fetch = (url) => {
    urls.push(url);
    return new Promise(() => undefined);
  };
  const limited = limitPerOrigin(fetch, 1, 10);
  const { signal } = new AbortController();
  const init = { method: 'GET', headers: {}, redirect: 'manual', signal } as const;
  for (const url of ['https://a.example/1', 'https://a.example/2', 'https://b.example/1'])
    void limited(url, init);
  await new Promise(setImmediate);
  expect(urls).toEqual(['https://a.example/1', 'https://b.example/1']);
});
