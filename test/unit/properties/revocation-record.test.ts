import * as fc from 'fast-check';
import {
  isRevoked,
  isSameRecord,
  lastEventAt,
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
const latest = fc.record({ at: time, seq: time, notBefore: fc.option(time, { nil: undefined }) });
const mark: fc.Arbitrary<RevocationRecord> = fc.record({
  latest: fc.option(latest, { nil: undefined }),
  endedAt: fc.option(time, { nil: undefined }),
});

test('merging is commutative, associative and idempotent', () => {
  fc.assert(
    fc.property(mark, mark, mark, (a, b, c) => {
      expect(isSameRecord(merge(a, b), merge(b, a))).toBe(true);
      expect(isSameRecord(merge(merge(a, b), c), merge(a, merge(b, c)))).toBe(true);
      expect(isSameRecord(merge(a, a), a)).toBe(true);
      // What has been taken in once changes nothing.
      expect(isSameRecord(merge(merge(a, b), a), merge(a, b))).toBe(true);
    }),
    { numRuns: propertyRuns(1_000) },
  );
});

test('merging forgets no end, and never goes back in time', () => {
  fc.assert(
    fc.property(mark, mark, time, (a, b, issuedAt) => {
      const both = merge(a, b);
      expect(lastEventAt(both)).toBeGreaterThanOrEqual(
        Math.max(a.endedAt ?? -Infinity, b.endedAt ?? -Infinity, a.latest?.at ?? -Infinity),
      );
      for (const { endedAt } of [a, b])
        expect(endedAt !== undefined && issuedAt <= endedAt && !isRevoked(both, issuedAt)).toBe(
          false,
        );
      // Nobody is revoked whom neither knows of.
      expect(isRevoked(both, issuedAt) && !isRevoked(a, issuedAt) && !isRevoked(b, issuedAt)).toBe(
        false,
      );
    }),
    { numRuns: propertyRuns(1_000) },
  );
});

test('what was written is read', () => {
  fc.assert(
    fc.property(mark, (given) => {
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
  'user.deleted',
  'user.anonymized',
] as const;
const event = fc.record({
  type: fc.constantFrom(...types),
  timestamp: fc.integer({ min: 100, max: 103 }),
  isDisabled: fc.boolean(),
});

test('any order and repetition of events gives the same, and the latest of them decides', () => {
  const arrivals = fc.array(event, { minLength: 1, maxLength: 8 }).chain((events) =>
    fc.tuple(
      fc.constant(events),
      fc
        .array(fc.nat({ max: events.length - 1 }), { maxLength: 12 })
        .map((again) => [...events.keys(), ...again])
        .chain((order) => fc.shuffledSubarray(order, { minLength: order.length })),
    ),
  );
  fc.assert(
    fc.property(arrivals, fc.integer({ min: 98, max: 105 }), ([events, order], issuedAt) => {
      const marks = events.map(({ type, timestamp, isDisabled }, seq) => {
        const user = { id: 'user-1', is_disabled: isDisabled };
        return readWebhookEvent(
          JSON.stringify({ id: String(seq), seq, type, payload: { user }, context: { timestamp } }),
        ).revocation?.mark;
      });
      const take = (indices: Iterable<number>) =>
        [...indices]
          .flatMap((index) => marks[index] ?? [])
          .reduce<RevocationRecord>(merge, { latest: undefined, endedAt: undefined });
      const result = take(order);
      expect(isSameRecord(result, take(events.keys()))).toBe(true);

      // The same from the text of the rule: the end of a user stays; of the rest the last one that
      // says something.
      const revokes = (type: string) =>
        /disabled|_scheduled/.test(type) && !type.includes('reenabled');
      const telling = events
        .map((one, seq) => ({ ...one, seq }))
        .filter(
          ({ type, isDisabled }) =>
            !/deleted|anonymized$/.test(type) &&
            (type === 'user.deletion_scheduled' || revokes(type) === isDisabled),
        );
      const last = telling.toSorted((a, b) => a.timestamp - b.timestamp || a.seq - b.seq).at(-1);
      const isOver = events.some(
        ({ type, timestamp }) => /deleted|anonymized$/.test(type) && issuedAt <= timestamp,
      );
      const isHeld = last !== undefined && revokes(last.type) && issuedAt <= last.timestamp;
      expect(isRevoked(result, issuedAt)).toBe(isOver || isHeld);
    }),
    { numRuns: propertyRuns(1_000) },
  );
});
