import { setImmediate } from 'node:timers';

let end: Promise<void> | undefined;

/**
 * The end of this turn of the event loop, when everything that has arrived on any connection was
 * taken in: one and the same for all who wait for it, so that they go on together, each in its own
 * asynchronous context.
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
