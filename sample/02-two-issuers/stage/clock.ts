import { TestClock } from 'nestjs-authgear/testing';

/** The clock of the API and of the issuers. It follows the system clock, and can be advanced. */
export const clock = new TestClock();

/** Milliseconds that the clock is ahead of the system clock. */
let ahead = 0;

export function startClock(): void {
  setInterval(tick, 200).unref();
}

export function advanceClock(seconds: number): void {
  ahead += seconds * 1000;
  tick();
}

export function readClock(): { now: number; ahead: number } {
  return { now: clock.seconds, ahead: ahead / 1000 };
}

function tick(): void {
  clock.set(Date.now() + ahead);
}
