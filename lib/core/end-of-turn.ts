import { setImmediate } from 'node:timers';

/** How many may wait: what they wait with, a whole request each, stays in memory until then. */
const MAX_WAITING = 512;

let end: Promise<void> | undefined;
let waiting = 0;

/**
 * The end of this turn of the event loop, when everything that has arrived on any connection was
 * taken in: one and the same for all that wait for it, so that they go on together, each in its own
 * asynchronous context. `undefined` when enough wait: the others go on at once, so that requests
 * are not taken in faster than they are answered.
 */
export function endOfTurn(): Promise<void> | undefined {
  if (waiting === MAX_WAITING) return undefined;
  waiting += 1;
  end ??= new Promise((resolve) => {
    setImmediate(() => {
      end = undefined;
      waiting = 0;
      resolve();
    });
  });
  return end;
}
