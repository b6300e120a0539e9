import { toSeconds, type Duration } from '../core/duration.js';

/** A clock that changes only when it is set. Pass `clock: testClock.now` to the module. */
export class TestClock {
  private time: number;

  /** @param start epoch milliseconds; defaults to the current time */
  constructor(start: number = Date.now()) {
    this.time = start;
  }

  /** Epoch milliseconds. The method is bound, so it can be passed as a function. */
  readonly now = (): number => this.time;

  /** Epoch seconds, as in tokens. */
  get seconds(): number {
    return this.time / 1000;
  }

  /** Advances by seconds, or by a duration such as `'5m'`. Negative seconds move the clock back. */
  advance(by: Duration): void {
    const seconds = typeof by === 'number' ? by : toSeconds(by);
    if (seconds === undefined || !Number.isFinite(seconds))
      throw new TypeError(`TestClock.advance(): ${String(by)} is not a duration`);
    this.time += seconds * 1000;
  }

  /** Sets the time in epoch milliseconds. */
  set(time: number): void {
    this.time = time;
  }
}
