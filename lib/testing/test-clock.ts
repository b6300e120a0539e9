import { toSeconds, type Duration } from '../core/duration.js';

/** A clock that stands still until it is moved. Pass `clock: testClock.now` to the module. */
export class TestClock {
  private time: number;

  /** @param start epoch milliseconds; now by default */
  constructor(start: number = Date.now()) {
    this.time = start;
  }

  /** Epoch milliseconds. Bound, so that it can be passed on as it is. */
  readonly now = (): number => this.time;

  /** Epoch seconds, as tokens count. */
  get seconds(): number {
    return this.time / 1000;
  }

  /** Moves on by seconds, or by a duration such as `'5m'`. Negative seconds move back. */
  advance(by: Duration): void {
    const seconds = typeof by === 'number' ? by : toSeconds(by);
    if (seconds === undefined || !Number.isFinite(seconds))
      throw new TypeError(`TestClock.advance(): ${String(by)} is not a duration`);
    this.time += seconds * 1000;
  }

  /** Moves to a time in epoch milliseconds. */
  set(time: number): void {
    this.time = time;
  }
}
