import { TestClock } from 'nestjs-authgear/testing';

/** The time for API and issuers alike. It runs as usual, and can be moved on: nobody waits an hour to see what happens after an hour. */
export const clock = new TestClock();

/** Milliseconds by which it is ahead of the time of day. */
let ahead = 0;

export function startClock(): void {
  setInterval(tick, 200).unref();
}

export function moveOn(seconds: number): void {
  ahead += seconds * 1000;
  tick();
}

export function readClock(): { now: number; ahead: number } {
  return { now: clock.seconds, ahead: ahead / 1000 };
}

function tick(): void {
  clock.set(Date.now() + ahead);
}
