import { takeTime, takeTimeOfNextTurn } from '../../../../lib/core/token/turn.js';

const nextTurn = () => new Promise(setImmediate);
beforeEach(nextTurn);

test('there is time until it is spent, and then none', () => {
  const taken = Array.from({ length: 10 }, () => takeTime(100));
  expect(taken).toEqual([...Array<boolean>(6).fill(true), ...Array<boolean>(4).fill(false)]);
});

test('the first gets it, however much', () => {
  expect(takeTime(5_000)).toBe(true);
  expect(takeTime(1)).toBe(false);
});

test('what follows in promises is the same turn', async () => {
  takeTime(5_000);
  await Promise.resolve();
  expect(takeTime(1)).toBe(false);
});

test('the next turn starts anew, every time', async () => {
  for (let turn = 0; turn < 3; turn++) {
    expect([takeTime(5_000), takeTime(1)]).toEqual([true, false]);
    await nextTurn();
  }
});

test('one waits for the next turn, and has its time of it', async () => {
  takeTime(5_000);
  const waits = takeTimeOfNextTurn(5_000);
  expect(takeTimeOfNextTurn(1)).toBeUndefined();
  await waits;
  expect(takeTime(1)).toBe(false);
  expect(takeTimeOfNextTurn(1)).toBeInstanceOf(Promise);
});
