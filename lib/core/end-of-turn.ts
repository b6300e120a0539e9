import { setImmediate } from 'node:timers';

/** Maximum number of waiting calls. Each call keeps a whole request in memory while it waits. */
const MAX_WAITING = 512;

let end: Promise<void> | undefined;
let waiting = 0;

/**
 * Returns a promise for the end of this turn of the event loop, when everything that has arrived on
 * any connection has been read. All calls in a turn share one promise, so that they continue
 * together, each in its own asynchronous context. Returns `undefined` if too many calls wait: other
 * calls then continue immediately, so that requests are not accepted faster than they are answered.
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
