import { LRUCache } from 'lru-cache';
import { isWithin, type Clock } from '../clock.js';
import { AuthError } from '../errors.js';

/** Most answers that are kept. */
export const MAX_ENTRIES = 10_000;
/** After a question that nobody could answer, none is asked for so long. */
const RETRY_AFTER = 1_000;

/**
 * What was said, and when the question was asked: the answer is at most that old. Epoch
 * milliseconds.
 */
export interface Answer<T> {
  readonly value: T;
  readonly askedAt: number;
}

interface Failure {
  readonly at: number;
  readonly error: AuthError;
}

interface Flight<T> {
  readonly askedAt: number;
  readonly answer: Promise<Answer<T>>;
}

/**
 * Answers that hold for a short time: one question at a time per key, asked anew in the background
 * once half of the time is over, so that nobody waits while traffic goes on. Refusals are never
 * kept, and one ends what was known. Bounded.
 */
export class RefreshingCache<T extends object> {
  private readonly answers = new LRUCache<string, Answer<T>>({ max: MAX_ENTRIES });
  private readonly flights = new Map<string, Flight<T>>();
  private readonly failures = new LRUCache<string, Failure>({ max: MAX_ENTRIES });

  constructor(private readonly clock: Clock) {}

  /**
   * An answer that is at most `maxAge` milliseconds old; with 0, one that was asked for now.
   * Rejects with what `ask` rejects with, and with `session_unconfirmed` when the answer was too
   * slow to be that young.
   */
  get(key: string, maxAge: number, ask: () => Promise<T>): Answer<T> | Promise<Answer<T>> {
    const now = this.clock();
    const known = this.answers.get(key);
    const age = known === undefined ? Infinity : now - known.askedAt;
    // The clock was set back: drop what was asked in the future, or it would look fresh when the
    // clock gets there again.
    if ((this.flights.get(key)?.askedAt ?? now) > now) this.flights.delete(key);
    if (age < 0) {
      this.answers.delete(key);
      return this.flightOf(key, now, maxAge, ask);
    }
    const failure = this.recentFailure(key, now);
    if (known === undefined || age >= maxAge) {
      // Nobody could tell a moment ago: who asks again and again would wait for nothing, and keep
      // the other side busy.
      return failure === undefined ? this.flightOf(key, now, maxAge, ask) : Promise.reject(failure);
    }
    if (age >= maxAge / 2 && failure === undefined)
      this.flightOf(key, now, maxAge, ask).catch(() => undefined);
    return known;
  }

  /** A question that is under way is joined, unless it was asked too long ago. */
  private flightOf(
    key: string,
    now: number,
    maxAge: number,
    ask: () => Promise<T>,
  ): Promise<Answer<T>> {
    const underWay = this.flights.get(key);
    if (underWay !== undefined && now - underWay.askedAt <= maxAge)
      return this.inTime(underWay.answer, maxAge);
    const answer = this.ask(now, ask).then(
      (told) => this.keep(key, flight, told),
      (error: unknown) => this.giveUp(key, flight, error),
    );
    const flight: Flight<T> = { askedAt: now, answer };
    this.flights.set(key, flight);
    return this.inTime(answer, maxAge);
  }

  private async inTime(answer: Promise<Answer<T>>, maxAge: number): Promise<Answer<T>> {
    const told = await answer;
    if (maxAge === 0 || this.clock() - told.askedAt <= maxAge) return told;
    throw new AuthError(
      'session_unconfirmed',
      `the answer took longer than the ${maxAge / 1000} s that it may be old`,
    );
  }

  private async ask(askedAt: number, ask: () => Promise<T>): Promise<Answer<T>> {
    return { value: await ask(), askedAt };
  }

  /**
   * Only the newest question is remembered: an older one that comes in late may be from before a
   * refusal.
   */
  private keep(key: string, flight: Flight<T>, answer: Answer<T>): Answer<T> {
    if (this.land(key, flight)) this.answers.set(key, answer);
    this.failures.delete(key);
    return answer;
  }

  private giveUp(key: string, flight: Flight<T>, error: unknown): never {
    this.land(key, flight);
    // Nobody could tell: what is known holds as long as it would have. A refusal ends it.
    if (error instanceof AuthError && error.kind === 'unavailable')
      this.failures.set(key, { at: this.clock(), error });
    else this.answers.delete(key);
    throw error;
  }

  /** Whether nothing was asked since. */
  private land(key: string, flight: Flight<T>): boolean {
    return this.flights.get(key) === flight && this.flights.delete(key);
  }

  private recentFailure(key: string, now: number): AuthError | undefined {
    const failure = this.failures.get(key);
    return failure !== undefined && isWithin(failure.at, RETRY_AFTER, now)
      ? failure.error
      : undefined;
  }
}
