import * as fc from 'fast-check';
import {
  emptyRecord,
  endOf,
  isRevoked,
  isSameRecord,
  isSuspended,
  merge,
  readRecord,
  writeRecord,
  type RevocationRecord,
} from '../../../lib/core/revocation/revocation-record.js';
import { readWebhookEvent } from '../../../lib/core/revocation/webhook-event.js';
import { propertyRuns } from '../../support/property-runs.js';

// Few values, so that they meet.
const time = fc.oneof(
  fc.integer({ min: 0, max: 5 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
);
const period = fc.record({ from: time, until: fc.option(time, { nil: undefined }) });
const suspension = fc.record({
  at: time,
  seq: time,
  period: fc.option(period, { nil: undefined }),
});
const record: fc.Arbitrary<RevocationRecord> = fc.record({
  notBefore: fc.option(time, { nil: undefined }),
  suspension: fc.option(suspension, { nil: undefined }),
});

test('merging is commutative, associative and idempotent', () => {
  fc.assert(
    fc.property(record, record, record, (a, b, c) => {
      expect(isSameRecord(merge(a, b), merge(b, a))).toBe(true);
      expect(isSameRecord(merge(merge(a, b), c), merge(a, merge(b, c)))).toBe(true);
      expect(isSameRecord(merge(a, a), a)).toBe(true);
      // What has been taken in once changes nothing.
      expect(isSameRecord(merge(merge(a, b), a), merge(a, b))).toBe(true);
    }),
    { numRuns: propertyRuns(1_000) },
  );
});

test('merging lifts no revocation and invents none', () => {
  fc.assert(
    fc.property(record, record, time, (a, b, issuedAt) => {
      const both = merge(a, b);
      expect(isRevoked(both, issuedAt)).toBe(isRevoked(a, issuedAt) || isRevoked(b, issuedAt));
      expect(endOf(both, 1)).toBeGreaterThanOrEqual(
        Math.max(a.notBefore ?? -Infinity, b.notBefore ?? -Infinity),
      );
    }),
    { numRuns: propertyRuns(1_000) },
  );
});

test('what was written is read', () => {
  fc.assert(
    fc.property(record, (given) => {
      const read = readRecord(writeRecord(given));
      expect(read).toEqual(given);
      expect(isSameRecord(read as RevocationRecord, given)).toBe(true);
    }),
    { numRuns: propertyRuns(100) },
  );
});

test('reading survives everything', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), fc.jsonValue(), fc.anything()), (text) => {
      const read = readRecord(text);
      expect(read && readRecord(writeRecord(read))).toEqual(read);
    }),
    { numRuns: propertyRuns(100) },
  );
});

const types = [
  'user.disabled',
  'user.reenabled',
  'user.deletion_scheduled',
  'user.deletion_unscheduled',
  'user.anonymization_unscheduled',
  'user.deleted',
  'user.anonymized',
] as const;
const second = fc.integer({ min: 100, max: 103 });
const event = fc.record({
  type: fc.constantFrom(...types),
  timestamp: second,
  isDisabled: fc.boolean(),
  from: fc.option(second, { nil: undefined }),
  until: fc.option(second, { nil: undefined }),
});
const dateOf = (seconds: number | undefined) =>
  seconds === undefined ? null : new Date(seconds * 1000).toISOString();

test('any order and repetition of events gives the same, and no event lifts a revocation', () => {
  const arrivals = fc.array(event, { minLength: 1, maxLength: 8 }).chain((events) =>
    fc.tuple(
      fc.constant(events),
      fc
        .array(fc.nat({ max: events.length - 1 }), { maxLength: 12 })
        .map((again) => [...events.keys(), ...again])
        .chain((order) => fc.shuffledSubarray(order, { minLength: order.length })),
    ),
  );
  const moment = fc.integer({ min: 98, max: 105 });
  fc.assert(
    fc.property(arrivals, moment, moment, ([events, order], issuedAt, now) => {
      const records = events.map(({ type, timestamp, isDisabled, from, until }, seq) => {
        const payload = {
          user: { id: 'user-1', is_disabled: isDisabled },
          temporarily_disabled_from: dateOf(from),
          temporarily_disabled_until: dateOf(until),
        };
        const body = { id: String(seq), seq, type, payload, context: { timestamp } };
        return readWebhookEvent(JSON.stringify(body), 1_000).revocation?.record;
      });
      const take = (indices: Iterable<number>) =>
        [...indices].flatMap((index) => records[index] ?? []).reduce(merge, emptyRecord);
      const result = take(order);
      expect(isSameRecord(result, take(events.keys()))).toBe(true);

      // The same from the text of the rules.
      const ends = events.some(
        ({ type, timestamp, isDisabled }) =>
          issuedAt <= timestamp &&
          (/deleted|anonymized|_scheduled/.test(type) || (type === 'user.disabled' && isDisabled)),
      );
      expect(isRevoked(result, issuedAt)).toBe(ends);
      const last = events
        .map((one, seq) => ({ ...one, seq }))
        .filter(
          ({ type, from, until }) =>
            type === 'user.reenabled' ||
            (type === 'user.disabled' && (from !== undefined || until !== undefined)),
        )
        .toSorted((a, b) => a.timestamp - b.timestamp || a.seq - b.seq)
        .at(-1);
      const isInside =
        last?.type === 'user.disabled' &&
        (last.from ?? last.timestamp) <= now &&
        now < (last.until ?? Infinity);
      expect(isSuspended(result, now)).toBe(isInside);
    }),
    { numRuns: propertyRuns(1_000) },
  );
});
