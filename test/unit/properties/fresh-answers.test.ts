import * as fc from 'fast-check';
import { AuthError } from '../../../lib/core/errors.js';
import { FreshAnswers, type Answer } from '../../../lib/core/session/fresh-answers.js';
import { TestClock } from '../../../lib/testing/test-clock.js';
import { settle } from '../../support/scripted-source.js';

type Outcome = 'good' | 'refused' | 'unavailable';
/** A question as the world knows it, independently of what remembers its answer. */
interface Question {
  readonly number: number;
  readonly askedAt: number;
  outcome?: Outcome;
  /** Somebody asked at a time before this question: the clock was set back, and nobody knows how old it is. */
  isOfUnknownAge: boolean;
  /** One that was asked later was refused. */
  isOutdated: boolean;
  readonly end: (outcome: Outcome) => void;
}

const command = fc.oneof(
  { weight: 5, arbitrary: fc.record({ get: fc.constantFrom(0, 500, 1_000, 5_000, 60_000) }) },
  { weight: 3, arbitrary: fc.record({ advance: fc.oneof(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 70_000 })) }) },
  { weight: 1, arbitrary: fc.record({ advance: fc.integer({ min: -20_000, max: -1 }) }) },
  { weight: 4, arbitrary: fc.record({ end: fc.nat({ max: 5 }), outcome: fc.constantFrom<Outcome>('good', 'good', 'refused', 'unavailable') }) },
);

test('whatever the order of requests, answers, refusals, failures and time', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { size: 'large', maxLength: 60 }), async (commands) => {
      const clock = new TestClock(1_767_225_600_000);
      const answers = new FreshAnswers<{ readonly number: number }>(clock.now);
      const questions: Question[] = [];
      const open = () => questions.filter(({ outcome }) => outcome === undefined);
      // What is thrown inside a question, or behind a promise, would look like a failure of the question.
      const violations: unknown[] = [];
      let maxAgeNow = 0;
      const ask = () =>
        new Promise<{ readonly number: number }>((resolve, reject) => {
          const newest = questions.at(-1);
          const age = clock.now() - (newest?.askedAt ?? -Infinity);
          // A question that is under way and would do is not asked again.
          if (newest !== undefined && newest.outcome === undefined && age >= 0 && age <= maxAgeNow) violations.push('asked twice');
          const question: Question = {
            number: questions.length,
            askedAt: clock.now(),
            isOfUnknownAge: false,
            isOutdated: false,
            end: (outcome) => {
              question.outcome = outcome;
              if (outcome === 'good') resolve({ number: question.number });
              else reject(outcome === 'refused' ? new AuthError('session_invalid', 'no') : new AuthError('session_unconfirmed', 'nobody there'));
              if (outcome === 'refused') for (const older of questions.slice(0, question.number + 1)) older.isOutdated = true;
            },
          };
          questions.push(question);
        });
      const check = ({ value, askedAt }: Answer<{ readonly number: number }>, now: number, maxAge: number) => {
        const question = questions[value.number] as Question;
        expect(question).toMatchObject({ askedAt, outcome: 'good' });
        expect(now - askedAt).toBeGreaterThanOrEqual(0);
        expect(now - askedAt).toBeLessThanOrEqual(maxAge);
        return question;
      };
      for (const step of commands) {
        if ('advance' in step) clock.set(clock.now() + step.advance);
        if ('end' in step) open()[step.end % Math.max(1, open().length)]?.end(step.outcome);
        if ('get' in step) {
          const now = clock.now();
          const maxAge = (maxAgeNow = step.get);
          for (const question of questions) if (question.askedAt > now) question.isOfUnknownAge = true;
          const ofUnknownAge = new Set(questions.filter(({ isOfUnknownAge }) => isOfUnknownAge));
          const before = questions.length;
          const answer = answers.get('key', maxAge, ask);
          expect(questions.length - before).toBeLessThanOrEqual(1);
          if (answer instanceof Promise) {
            answer
              .then(
                (told) => expect(ofUnknownAge).not.toContain(check(told, now, maxAge)),
                () => undefined,
              )
              .catch((violation: unknown) => violations.push(violation));
          } else {
            const question = check(answer, now, maxAge);
            expect(now - answer.askedAt).toBeLessThan(maxAge);
            expect(question).toMatchObject({ isOutdated: false, isOfUnknownAge: false });
            // In the second half something is under way, or has failed a moment ago.
            const hasFailed = questions.some(({ outcome, askedAt }) => outcome === 'unavailable' && askedAt <= now && now - askedAt < 1_000);
            if (now - answer.askedAt >= maxAge / 2 && !hasFailed) expect(open().length).toBeGreaterThan(0);
          }
        }
        await settle();
        expect(violations).toEqual([]);
      }
    }),
    { numRuns: 200 },
  );
}, 30_000);
