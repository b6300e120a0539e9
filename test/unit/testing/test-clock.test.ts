import type { Duration } from '../../../lib/core/duration.js';
import { TestClock } from '../../../lib/testing/test-clock.js';

test('does not advance by itself', () => {
  const { now } = new TestClock(1_000_500);
  expect([now(), now()]).toEqual([1_000_500, 1_000_500]);
  expect(new TestClock(1_000_500).seconds).toBe(1_000.5);
});

test('starts at the present by default', () => {
  const before = Date.now();
  const started = new TestClock().now();
  expect(started).toBeGreaterThanOrEqual(before);
  expect(started).toBeLessThanOrEqual(Date.now());
});

test.each<[Duration, number]>([
  [30, 30_000],
  ['5m', 300_000],
  ['1ms', 1],
  [0.001, 1],
  [0, 0],
  [-60, -60_000],
])('advance(%p) moves by %p ms', (by, milliseconds) => {
  const clock = new TestClock(1_000_000_000);
  clock.advance(by);
  expect(clock.now()).toBe(1_000_000_000 + milliseconds);
});

test('set() moves to a time', () => {
  const clock = new TestClock();
  clock.set(42);
  expect(clock.now()).toBe(42);
});

test.each(['5', 'soon', Number.NaN, Number.POSITIVE_INFINITY, undefined])(
  'advance(%p) is refused',
  (by) => {
    expect(() => new TestClock().advance(by as Duration)).toThrow(TypeError);
  },
);
