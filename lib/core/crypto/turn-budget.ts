import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers';
import type { MaybePromise } from '../maybe-promise.js';

/** How long the event loop may be held in one turn, in microseconds. */
const BUDGET = 600;

interface Waiting {
  readonly microseconds: number;
  readonly proceed: () => void;
}

/**
 * The time that work may take of each turn of the event loop, so that whoever needs none of it is
 * answered in between.
 */
export class TurnBudget {
  /** What this turn has spent. Until it is nothing again, the start of the next turn is due. */
  private spent = 0;
  private readonly waiting: Waiting[] = [];

  /**
   * `mostWaiting`: how many may wait for later turns; `Infinity` where nobody could do their work
   * elsewhere.
   */
  constructor(private readonly mostWaiting: number) {}

  /**
   * Runs `work` now if this turn has budget left, as it always has for the first; otherwise queues
   * it for a later turn, in order. `undefined`: the queue is full and nothing ran. With a queue of
   * one, a caller who asks for one thing after the other within a turn is never sent elsewhere, and
   * of a crowd only one waits here.
   */
  run(microseconds: number, work: () => boolean): MaybePromise<boolean> | undefined {
    if (this.spent < BUDGET) {
      this.spend(microseconds);
      return work();
    }
    if (this.waiting.length >= this.mostWaiting) return undefined;
    return new Promise<void>((proceed) => this.waiting.push({ microseconds, proceed })).then(work);
  }

  private spend(microseconds: number): void {
    if (this.spent === 0) setImmediate(this.startTurn);
    this.spent += microseconds;
  }

  /** The queue comes first: new work runs in line only when nobody is waiting. */
  private readonly startTurn = (): void => {
    this.spent = 0;
    for (
      let next = this.waiting.shift();
      next !== undefined;
      next = this.spent < BUDGET ? this.waiting.shift() : undefined
    ) {
      this.spend(next.microseconds);
      next.proceed();
    }
  };
}

/**
 * There is one event loop, so there is one of this. With one processor the thread pool has none to
 * give: what goes there only comes back later.
 */
export const turnBudget = new TurnBudget(availableParallelism() > 1 ? 1 : Infinity);
