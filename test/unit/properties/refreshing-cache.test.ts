import * as fc from 'fast-check';
import { AuthError } from '../../../lib/core/errors.js';
import { RefreshingCache, type Entry } from '../../../lib/core/session/refreshing-cache.js';
import { TestClock } from '../../../lib/testing/test-clock.js';
import { propertyRuns } from '../../support/property-runs.js';
import { settle } from '../../support/scripted-source.js';

type Outcome = 'good' | 'refused' | 'unavailable';
interface Told {
  readonly number: number;
}
/** A question as the world knows it, independently of what remembers its answer. */
interface HttpRequestInit {
  readonly number: number;
  readonly requestedAt: number;
  outcome?: Outcome;
  endedAt?: number;
  /**
   * Somebody asked at a time before this question: the clock was set back, and nobody knows how old
   * it is.
   */
  isOfUnknownAge: boolean;
  /** It was refused, or one that was asked later. */
  isOutdated: boolean;
  readonly end: (outcome: Outcome) => void;
}

class World {
  private readonly clock = new TestClock(1_767_225_600_000);
  private readonly answers = new RefreshingCache<Told>(this.clock.now);
  private readonly questions: HttpRequestInit[] = [];
  private maxAge = 0;
  /**
   * What is thrown inside a question, or behind a promise, would look like a failure of the
   * question.
   */
  readonly violations: unknown[] = [];

  advance(milliseconds: number): void {
    this.clock.set(this.clock.now() + milliseconds);
  }

  end(index: number, outcome: Outcome): void {
    const open = this.open();
    open[index % Math.max(1, open.length)]?.end(outcome);
  }

  get(maxAge: number): void {
    const now = this.clock.now();
    this.maxAge = maxAge;
    for (const question of this.questions)
      if (question.requestedAt > now) question.isOfUnknownAge = true;
    const ofUnknownAge = new Set(this.questions.filter(({ isOfUnknownAge }) => isOfUnknownAge));
    const before = this.questions.length;
    const answer = this.answers.get('key', maxAge, this.ask);
    expect(this.questions.length - before).toBeLessThanOrEqual(1);
    if (answer instanceof Promise) void this.watch(answer, now, maxAge, ofUnknownAge);
    else this.checkKnown(answer, now, maxAge);
  }

  private readonly ask = (): Promise<Told> => {
    const newest = this.questions.at(-1);
    const age = this.clock.now() - (newest?.requestedAt ?? 0);
    // A question that is under way and would do is not asked again.
    const wouldDo =
      newest !== undefined &&
      newest.outcome === undefined &&
      !newest.isOfUnknownAge &&
      age >= 0 &&
      age <= this.maxAge;
    if (wouldDo) this.violations.push('asked twice');
    return new Promise((resolve, reject) => {
      const number = this.questions.length;
      const end = (outcome: Outcome) => {
        question.outcome = outcome;
        question.endedAt = this.clock.now();
        if (outcome === 'good') return resolve({ number });
        if (outcome === 'refused')
          for (const older of this.questions.slice(0, number + 1)) older.isOutdated = true;
        return reject(
          new AuthError(outcome === 'refused' ? 'session_invalid' : 'session_unconfirmed', 'no'),
        );
      };
      const question: HttpRequestInit = {
        number,
        requestedAt: this.clock.now(),
        isOfUnknownAge: false,
        isOutdated: false,
        end,
      };
      this.questions.push(question);
    });
  };

  private async watch(
    answer: Promise<Entry<Told>>,
    now: number,
    maxAge: number,
    ofUnknownAge: ReadonlySet<HttpRequestInit>,
  ): Promise<void> {
    const told = await answer.catch(() => undefined);
    if (told === undefined) return;
    try {
      expect(ofUnknownAge).not.toContain(this.check(told, now, maxAge));
      // However slow it was, unless it was to be asked for now.
      if (maxAge > 0) expect(this.clock.now() - told.requestedAt).toBeLessThanOrEqual(maxAge);
    } catch (violation) {
      this.violations.push(violation);
    }
  }

  private checkKnown(answer: Entry<Told>, now: number, maxAge: number): void {
    expect(this.check(answer, now, maxAge)).toMatchObject({
      isOutdated: false,
      isOfUnknownAge: false,
    });
    const age = now - answer.requestedAt;
    expect(age).toBeLessThan(maxAge);
    // In the second half something is under way, or has failed a moment ago.
    const hasFailed = this.questions.some(
      ({ outcome, endedAt = Infinity }) =>
        outcome === 'unavailable' && endedAt <= now && now - endedAt < 1_000,
    );
    expect(age < maxAge / 2 || hasFailed || this.open().length > 0).toBe(true);
  }

  private check({ value, requestedAt }: Entry<Told>, now: number, maxAge: number): HttpRequestInit {
    const question = this.questions[value.number] as HttpRequestInit;
    expect(question).toMatchObject({ requestedAt, outcome: 'good' });
    expect(now - requestedAt).toBeGreaterThanOrEqual(0);
    expect(now - requestedAt).toBeLessThanOrEqual(maxAge);
    return question;
  }

  private open(): HttpRequestInit[] {
    return this.questions.filter(({ outcome }) => outcome === undefined);
  }
}

const maxAge = fc.constantFrom(0, 500, 1_000, 5_000, 60_000);
const ahead = fc.oneof(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 70_000 }));
const back = fc.integer({ min: -20_000, max: -1 });
const outcome = fc.constantFrom<Outcome>('good', 'good', 'refused', 'unavailable');
type Step = (world: World) => void;
const named = (name: string, step: Step) =>
  Object.assign(step, { [fc.toStringMethod]: () => name });
const step = fc.oneof(
  { weight: 5, arbitrary: maxAge.map((age) => named(`get(${age})`, (world) => world.get(age))) },
  {
    weight: 3,
    arbitrary: ahead.map((time) => named(`advance(${time})`, (world) => world.advance(time))),
  },
  {
    weight: 1,
    arbitrary: back.map((time) => named(`advance(${time})`, (world) => world.advance(time))),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.nat({ max: 5 }), outcome)
      .map(([index, how]) => named(`end(${index}, ${how})`, (world) => world.end(index, how))),
  },
);

test('whatever the order of requests, answers, refusals, failures and time', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { size: 'large', maxLength: 60 }), async (steps) => {
      const world = new World();
      for (const take of steps) {
        take(world);
        await settle();
        expect(world.violations).toEqual([]);
      }
    }),
    { numRuns: propertyRuns(200) },
  );
});
