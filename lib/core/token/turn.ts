import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers';

/**
 * How long the event loop may be held in one turn, in microseconds. With one processor the thread pool has none to give: what goes there only comes back later.
 */
const BUDGET = availableParallelism() > 1 ? 600 : Infinity;

/** What this turn of the event loop has spent. There is one loop, so there is one of this. */
let spent = 0;
/** Whether somebody waits for the next turn. */
let isAwaited = false;

const startAnew = (): void => {
  spent = 0;
};

/** Takes time of this turn of the event loop, which is over when it has been round. `false`: there is none left. The first who asks gets it in any case. */
export function takeTime(microseconds: number): boolean {
  if (spent >= BUDGET) return false;
  if (spent === 0) setImmediate(startAnew);
  spent += microseconds;
  return true;
}

/**
 * Waits for the next turn and takes time of it; `undefined` when somebody else does already. So one caller who asks for one thing after the other within a
 * turn is never sent elsewhere, and of a crowd, only one waits here.
 */
export function takeTimeOfNextTurn(microseconds: number): Promise<void> | undefined {
  if (isAwaited) return undefined;
  isAwaited = true;
  return new Promise((resolve) => {
    setImmediate(() => {
      isAwaited = false;
      takeTime(microseconds);
      resolve();
    });
  });
}
