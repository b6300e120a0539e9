import {
  isRevoked,
  isSameRecord,
  lastEventAt,
  merge,
  readRecord,
  writeRecord,
  type RevocationRecord,
} from '../../../../lib/core/revocation/revocation-record.js';

const nothing: RevocationRecord = { latest: undefined, endedAt: undefined };
const disabled = (at: number, seq = 1): RevocationRecord => ({
  latest: { at, seq, notBefore: at },
  endedAt: undefined,
});
const lifted = (at: number, seq = 1): RevocationRecord => ({
  latest: { at, seq, notBefore: undefined },
  endedAt: undefined,
});
const ended = (at: number): RevocationRecord => ({ latest: undefined, endedAt: at });

describe('whether a token counts', () => {
  test.each([
    ['nothing is known', nothing, 100, false],
    ['from before', disabled(100), 99, true],
    ['from the same second', disabled(100), 100, true],
    ['from after', disabled(100), 101, false],
    ['a fraction after', disabled(100), 100.001, false],
    ['lifted', lifted(100), 99, false],
    ['from before the end', ended(100), 99, true],
    ['from the second of the end', ended(100), 100, true],
    ['from after the end', ended(100), 101, false],
    ['lifted after the end', merge(ended(100), lifted(200)), 100, true],
    ['disabled before the end', merge(ended(100), disabled(50)), 100, true],
    ['disabled after the end', merge(ended(100), disabled(150)), 150, true],
    ['at the beginning of time', disabled(0), 0, true],
  ])('%s', (_, mark, issuedAt, revoked) => {
    expect(isRevoked(mark, issuedAt)).toBe(revoked);
  });
});

describe('the later event wins', () => {
  test.each([
    ['by time', disabled(100, 9), lifted(101, 1), false],
    ['by time, the other way', lifted(100, 9), disabled(101, 1), true],
    ['by number in one second', disabled(100, 1), lifted(100, 2), false],
    ['by number in one second, the other way', lifted(100, 1), disabled(100, 2), true],
    ['the stricter, where nothing tells', lifted(100, 1), disabled(100, 1), true],
  ])('%s', (_, one, other, revoked) => {
    for (const both of [merge(one, other), merge(other, one)])
      expect(isRevoked(both, 100)).toBe(revoked);
  });
});

test.each([
  [nothing, 0],
  [disabled(100), 100],
  [ended(100), 100],
  [merge(ended(100), lifted(200)), 200],
  [merge(ended(200), lifted(100)), 200],
])('the last event of %j was at %p', (mark, at) => {
  expect(lastEventAt(mark)).toBe(at);
});

test('records with the same content are equal', () => {
  expect(
    isSameRecord(disabled(1), { endedAt: undefined, latest: { notBefore: 1, seq: 1, at: 1 } }),
  ).toBe(true);
  for (const other of [
    nothing,
    disabled(2),
    disabled(1, 2),
    lifted(1),
    ended(1),
    merge(ended(1), disabled(1)),
  ])
    expect(isSameRecord(disabled(1), other)).toBe(false);
});

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['null', null],
  ['a list, not text', [null, null]],
  ['an object', { latest: null, endedAt: null }],
  ['a buffer', Buffer.from('[null,null]')],
  ['no text', ''],
  ['no JSON', '[null,null'],
  ['JSON null', 'null'],
  ['a number', '1'],
  ['an object in JSON', '{"latest":null,"endedAt":null}'],
  ['an empty list', '[]'],
  ['half a mark', '[null]'],
  ['an end that is text', '[null,"1"]'],
  ['an end that is true', '[null,true]'],
  ['an end too large for a number', '[null,1e999]'],
  ['an event that is a number', '[1,null]'],
  ['an event that is an object', '[{"at":1,"seq":1},null]'],
  ['an empty event', '[[],null]'],
  ['an event without a number', '[[1],null]'],
  ['an event that does not say what', '[[1,1],null]'],
  ['an event at no time', '[[null,1,null],null]'],
  ['an event of text', '[["1",1,1],null]'],
  ['a text as not-before', '[[1,1,"1"],null]'],
  ['a twice written one', JSON.stringify(writeRecord(disabled(1)))],
])('%s is not a revocation record', (_, text) => {
  expect(readRecord(text)).toBeUndefined();
});

test.each([
  nothing,
  disabled(1),
  lifted(1),
  ended(1),
  merge(disabled(2), ended(1)),
  disabled(1.5, -1),
  disabled(0, 0),
])('%j is read as it was written', (mark) => {
  expect(readRecord(writeRecord(mark))).toEqual(mark);
});
