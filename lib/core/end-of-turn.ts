import { setImmediate } from 'node:timers';

let end: Promise<void> | undefined;

/**
 * Resolves at the end of this turn of the event loop, after all received data was processed. All
 * callers share one promise, so that they continue together, each in its own asynchronous context.
 */
export function endOfTurn(): Promise<void> {
  end ??= new Promise((resolve) => {
    setImmediate(() => {
      end = undefined;
      resolve();
    });
  });
  return end;
}
