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
} from '../../../../lib/core/revocation/revocation-record.js';

const revoked = (at: number): RevocationRecord => ({ notBefore: at, suspension: undefined });
const planned = (from: number, until?: number, at = 50, seq = 1): RevocationRecord => ({
  notBefore: undefined,
  suspension: { at, seq, period: { from, until } },
});
const lifted = (at: number, seq = 1): RevocationRecord => ({
  notBefore: undefined,
  suspension: { at, seq, period: undefined },
});

test.each([
  ['nothing is known', emptyRecord, 100, false],
  ['from before', revoked(100), 99, true],
  ['from the same second', revoked(100), 100, true],
  ['from after', revoked(100), 101, false],
  ['a fraction after', revoked(100), 100.001, false],
  ['revoked twice', merge(revoked(100), revoked(200)), 200, true],
  ['reenabled later', merge(revoked(100), lifted(200)), 99, true],
  ['only suspended', planned(0), 100, false],
  ['at the beginning of time', revoked(0), 0, true],
])('a token is revoked: %s', (_, record, issuedAt, expected) => {
  expect(isRevoked(record, issuedAt)).toBe(expected);
});

test.each([
  ['nothing is known', emptyRecord, 100, false],
  ['before it', planned(100, 200), 99.999, false],
  ['at its beginning', planned(100, 200), 100, true],
  ['inside', planned(100, 200), 150, true],
  ['just before its end', planned(100, 200), 199.999, true],
  ['at its end', planned(100, 200), 200, false],
  ['without an end', planned(100), 1e12, true],
  ['lifted', merge(planned(100, 200), lifted(60)), 150, false],
  ['planned again', merge(merge(planned(100, 200), lifted(60)), planned(140, 160, 70)), 150, true],
  ['revoked only', revoked(100), 100, false],
])('a user is suspended: %s', (_, record, now, expected) => {
  expect(isSuspended(record, now)).toBe(expected);
});

test.each([
  ['by time', planned(0, undefined, 100, 9), lifted(101, 1), false],
  ['by time, the other way', lifted(100, 9), planned(0, undefined, 101, 1), true],
  ['by number in one second', planned(0, undefined, 100, 1), lifted(100, 2), false],
  ['the stricter, where nothing tells', lifted(100, 1), planned(0, undefined, 100, 1), true],
])('the later plan wins: %s', (_, one, other, expected) => {
  for (const both of [merge(one, other), merge(other, one)])
    expect(isSuspended(both, 150)).toBe(expected);
});

test.each([
  ['nothing', emptyRecord, 10],
  ['a revocation', revoked(100), 110],
  ['a plan, until its end', planned(100, 105), 105],
  ['a plan without an end, until old tokens have expired', planned(100), 110],
  ['a plan that ended long ago, until it cannot arrive again', planned(1, 2), 60],
  ['a lifted plan, until the plan cannot arrive again', lifted(100), 110],
])('what does not matter any more: %s', (_, record, end) => {
  expect(endOf(record, 10)).toBe(end);
});

test('records with the same content are equal', () => {
  const one = merge(revoked(1), planned(2, 3));
  expect(isSameRecord(one, merge(planned(2, 3), revoked(1)))).toBe(true);
  for (const other of [emptyRecord, revoked(1), planned(2, 3), merge(revoked(1), planned(2, 4))])
    expect(isSameRecord(one, other)).toBe(false);
});

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['null', null],
  ['a list, not text', [null, null]],
  ['an object', { notBefore: null }],
  ['a buffer', Buffer.from('[null,null]')],
  ['no text', ''],
  ['no JSON', '[null,null'],
  ['JSON null', 'null'],
  ['a number', '1'],
  ['an object in JSON', '{"notBefore":null}'],
  ['an empty list', '[]'],
  ['half a record', '[null]'],
  ['three members', '[null,null,null]'],
  ['a time that is text', '["1",null]'],
  ['a time that is true', '[true,null]'],
  ['a time too large for a number', '[1e999,null]'],
  ['a suspension that is a number', '[null,1]'],
  ['an empty suspension', '[null,[]]'],
  ['a suspension without a number', '[null,[1]]'],
  ['a suspension at no time', '[null,[null,1,null]]'],
  ['a suspension of text', '[null,["1",1,null]]'],
  ['a suspension without a period', '[null,[1,1]]'],
  ['a period that is text', '[null,[1,1,"1"]]'],
  ['a period without a beginning', '[null,[1,1,[null,2]]]'],
  ['a period with half an end', '[null,[1,1,[1]]]'],
  ['a twice written one', JSON.stringify(writeRecord(revoked(1)))],
])('%s is not a revocation record', (_, text) => {
  expect(readRecord(text)).toBeUndefined();
});

test.each([
  emptyRecord,
  revoked(1),
  lifted(1),
  planned(1),
  planned(1.5, 2.5, 0, -1),
  merge(revoked(2), planned(1, 2)),
])('%j is read as it was written', (record) => {
  expect(readRecord(writeRecord(record))).toEqual(record);
});
