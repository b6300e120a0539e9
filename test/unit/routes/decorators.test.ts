import { MaxAuthAge } from '../../../lib/routes/decorators/authentication.js';
import { Scopes } from '../../../lib/routes/decorators/permissions.js';

/** The decorators as plain JavaScript may call them. */
const scopes = Scopes as (...args: unknown[]) => unknown;
const maxAuthAge = MaxAuthAge as (...args: unknown[]) => unknown;

describe('@Scopes() is checked at decoration', () => {
  test.each([
    [['read:reports']],
    [['a', 'b', 'c']],
    [["!#$%&'()*+,-./:;<=>?@[]^_`{|}~"]],
    [['https://authgear.com/scopes/full-access']],
    [[{ anyOf: ['a'] }]],
    [[{ anyOf: ['a', 'b'] }]],
  ])('%j is fine', (args) => {
    expect(() => scopes(...args)).not.toThrow();
  });

  test.each([
    [[]],
    [['']],
    [[' ']],
    [['read write']],
    [['a', 'read write']],
    [['a\tb']],
    [['a\n']],
    [['"a"']],
    [['a\\b']],
    [['é']],
    [['a', undefined]],
    [[undefined]],
    [[null]],
    [[1]],
    [[['a', 'b']]],
    [[{}]],
    [[{ anyOf: [] }]],
    [[{ anyOf: 'a' }]],
    [[{ anyOf: ['a', 'b c'] }]],
    [[{ anyOf: [1] }]],
    [[{ allOf: ['a'] }]],
    // A demand that would silently be dropped.
    [[{ anyOf: ['a'] }, 'b']],
    [[{ anyOf: ['a'] }, { anyOf: ['b'] }]],
    [['a', { anyOf: ['b'] }]],
    [[{ anyOf: ['a'], allOf: ['b'] }]],
  ])('%j is refused', (args) => {
    expect(() => scopes(...args)).toThrow(TypeError);
  });

  test('the message says which, and what to do', () => {
    expect(() => scopes('read write')).toThrow(/@Scopes\(\).*"read write".*several arguments/);
  });
});

describe('@MaxAuthAge() is checked at decoration', () => {
  test.each([1, 300, 0.5, '5m', '30s', '1h', '500ms'])('%p is fine', (age) => {
    expect(() => maxAuthAge(age)).not.toThrow();
  });

  test.each([
    0,
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '',
    '0s',
    '5',
    '300',
    '-5m',
    'five minutes',
    null,
    undefined,
    {},
    [],
    true,
    5n,
  ])('%p is refused', (age) => {
    expect(() => maxAuthAge(age)).toThrow(TypeError);
  });

  test('the message says which, and what to do', () => {
    expect(() => maxAuthAge('300')).toThrow(/@MaxAuthAge\(\).*300.*'5m'/);
  });
});
