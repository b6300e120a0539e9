import { SingleFlight } from '../../../lib/core/single-flight.js';

/** Work that is ended by hand. */
function handWork() {
  const open: { resolve(value: string): void; reject(error: Error): void }[] = [];
  const start = (): Promise<string> =>
    new Promise((resolve, reject) => open.push({ resolve, reject }));
  return { open, start };
}

test('concurrent calls of one key share one outcome; another key has its own', async () => {
  const flights = new SingleFlight<string, string>();
  const { open, start } = handWork();
  const [first, second, other] = ['a', 'a', 'b'].map((key) => flights.run(key, start));
  expect(open).toHaveLength(2);
  open[0]?.resolve('of a');
  open[1]?.resolve('of b');
  expect(await Promise.all([first, second, other])).toEqual(['of a', 'of a', 'of b']);
});

test.each(['resolve', 'reject'] as const)('work that has ended by %s is not kept', async (how) => {
  const flights = new SingleFlight<string, string>();
  const { open, start } = handWork();
  const work = flights.run('a', start, 7);
  expect([flights.get('a'), flights.startedAt('a')]).toEqual([work, 7]);
  if (how === 'resolve') open[0]?.resolve('done');
  else open[0]?.reject(new Error('no'));
  await work.catch(() => undefined);
  expect([flights.get('a'), flights.startedAt('a')]).toEqual([undefined, undefined]);
  void flights.run('a', start);
  expect(open).toHaveLength(2);
});

test('work that was restarted, or forgotten, is not the latest and ends nothing', async () => {
  const flights = new SingleFlight<string, string>();
  const { open, start } = handWork();
  const latest: (() => boolean)[] = [];
  const watched = (isLatest: () => boolean) => {
    latest.push(isLatest);
    return start();
  };
  const first = flights.run('a', watched);
  const second = flights.restart('a', watched);
  expect(latest.map((isLatest) => isLatest())).toEqual([false, true]);
  open[0]?.resolve('old');
  await first;
  expect(flights.get('a')).toBe(second);
  flights.forget('a');
  expect(latest.map((isLatest) => isLatest())).toEqual([false, false]);
});
