import { setImmediate } from 'node:timers';
import type { MaybePromise } from '../maybe-promise.js';

/** How long work may hold the event loop in one turn, in microseconds. */
const BUDGET = 600;
/** The same while work waits, so that a crowd is served faster than it grows. */
const BUDGET_OF_A_CROWD = 10 * BUDGET;

interface Waiting {
  readonly microseconds: number;
  readonly proceed: () => void;
}

/**
 * The time that work may take of each turn of the event loop, so that requests that need none of it
 * are answered in between.
 */
export class TurnBudget {
  /** What this turn has spent. Until it is nothing again, the start of the next turn is due. */
  private spent = 0;
  private readonly waiting: Waiting[] = [];

  /** `maxWaiting`: how many may wait for later turns. */
  constructor(private readonly maxWaiting: number) {}

  /**
   * Runs `work` now if this turn has budget left, as it always has for the first; otherwise queues
   * it for a later turn, in order. `undefined`: the queue is full and nothing ran. With a queue of
   * one, a caller who asks for one thing after the other within a turn always finds a place.
   */
  run(microseconds: number, work: () => boolean): MaybePromise<boolean> | undefined {
    if (this.spent < BUDGET) {
      this.spend(microseconds);
      return work();
    }
    if (this.waiting.length >= this.maxWaiting) return undefined;
    return new Promise<void>((proceed) => this.waiting.push({ microseconds, proceed })).then(work);
  }

  private spend(microseconds: number): void {
    if (this.spent === 0) setImmediate(this.startTurn);
    this.spent += microseconds;
  }

  /** The queue comes first: new work runs in line only when nothing waits. */
  private readonly startTurn = (): void => {
    this.spent = 0;
    while (this.spent < BUDGET_OF_A_CROWD) {
      const next = this.waiting.shift();
      if (next === undefined) return;
      this.spend(next.microseconds);
      next.proceed();
    }
  };
}
