import { TurnBudget } from '../../../../lib/core/crypto/turn-budget.js';

const nextTurn = () => new Promise(setImmediate);

/** Asks for work of these costs, one name each, and tells what was done so far. */
function crowd(budget: TurnBudget) {
  const done: string[] = [];
  const ask = (name: string, cost: number) => budget.run(cost, () => done.push(name) > 0);
  return { done, ask };
}

describe.each([
  ['one may wait', 1],
  ['all may wait', Infinity],
])('%s', (_, mostWaiting) => {
  test('work is done at once until the time is spent, and then not', () => {
    const { ask, done } = crowd(new TurnBudget(mostWaiting));
    for (let index = 0; index < 10; index++) void ask(String(index), 100);
    expect(done).toEqual(['0', '1', '2', '3', '4', '5']);
  });

  test('the first is served, however much it asks', () => {
    const { ask, done } = crowd(new TurnBudget(mostWaiting));
    expect(ask('first', 5_000)).toBe(true);
    void ask('second', 1);
    expect(done).toEqual(['first']);
  });

  test('what follows in promises is the same turn', async () => {
    const { ask, done } = crowd(new TurnBudget(mostWaiting));
    void ask('first', 5_000);
    await Promise.resolve();
    void ask('second', 1);
    expect(done).toEqual(['first']);
  });

  test('the next turn starts anew, every time', async () => {
    const { ask } = crowd(new TurnBudget(mostWaiting));
    for (let turn = 0; turn < 3; turn++) {
      expect(ask('first', 5_000)).toBe(true);
      await nextTurn();
    }
  });

  test('whoever waits is served in the next turn, and its time is taken of that one', async () => {
    const { ask } = crowd(new TurnBudget(mostWaiting));
    void ask('first', 5_000);
    expect(await ask('second', 5_000)).toBe(true);
    expect(ask('third', 1)).not.toBe(true);
  });

  test('work that throws later rejects, and others go on', async () => {
    const budget = new TurnBudget(mostWaiting);
    void budget.run(5_000, () => true);
    await expect(
      budget.run(1, () => {
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    await nextTurn();
    expect(budget.run(1, () => true)).toBe(true);
  });
});

test('of a crowd one waits, and all others are told to go elsewhere', async () => {
  const { ask, done } = crowd(new TurnBudget(1));
  void ask('first', 5_000);
  const waits = ask('second', 1);
  expect(ask('third', 1)).toBeUndefined();
  await waits;
  expect(done).toEqual(['first', 'second']);
});

test('while work waits, a turn takes ten times as much, and nothing overtakes it', async () => {
  const { ask, done } = crowd(new TurnBudget(64));
  const asked = Array.from({ length: 30 }, (_, index) => ask(String(index), 300));
  expect(done).toEqual(['0', '1']);
  await nextTurn();
  expect(done).toHaveLength(2 + 20);
  asked.push(ask('late', 300));
  await nextTurn();
  for (const outcome of asked) expect(await outcome).toBe(true);
  expect(done).toEqual([...Array.from({ length: 30 }, (_, index) => String(index)), 'late']);
  await nextTurn();
  expect(ask('after', 1)).toBe(true);
});

test('a full queue takes no more', () => {
  const { ask } = crowd(new TurnBudget(2));
  const asked = ['first', 'second', 'third', 'fourth'].map((name) => ask(name, 5_000));
  expect(asked.map((outcome) => outcome === undefined)).toEqual([false, false, false, true]);
});
