import { setImmediate } from 'node:timers';
import type { MaybePromise } from '../maybe-promise.js';

/** Maximum time for work in one turn of the event loop, in microseconds. */
const BUDGET = 600;
/** The maximum while work is queued, so that the queue is processed faster than it grows. */
const BUDGET_OF_A_CROWD = 10 * BUDGET;

interface Waiting {
  readonly microseconds: number;
  readonly proceed: () => void;
}

/**
 * Limits the time that work takes in each turn of the event loop, so that requests that do not need
 * this work are answered in between.
 */
export class TurnBudget {
  /** The time used in this turn. While it is not zero, the start of the next turn is scheduled. */
  private spent = 0;
  private readonly waiting: Waiting[] = [];

  /** @param maxWaiting maximum number of calls that wait for later turns */
  constructor(private readonly maxWaiting: number) {}

  /**
   * Runs `work` now if this turn has budget left, which it always has for the first call. Otherwise
   * queues it for a later turn, in order. Returns `undefined` without running it if the queue is
   * full. With a queue of one, a caller that awaits one call after the other within a turn always
   * finds a place.
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

  /** Runs queued work first. New work runs inline only if the queue is empty. */
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
