import { printable } from '../../../lib/core/printable.js';

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

describe('printable', () => {
  test.each(['', 'key-1', 'https://my-app.authgear.cloud', ' a~b '])(
    'printable ASCII stays as it is: %p',
    (text) => {
      expect(printable(text)).toBe(text);
    },
  );

  test.each([
    ['a line break', 'a\nlog line', '\\u000a'],
    ['a carriage return', 'a\rb', '\\u000d'],
    ['a terminal escape', '\u001b[31mred', '\\u001b'],
    ['DEL', 'a\u007fb', '\\u007f'],
    ['an accent', 'é', '\\u00e9'],
    ['a right-to-left mark', '\u202eabc', '\\u202e'],
    ['a line separator', 'a\u2028b', '\\u2028'],
    ['a lone surrogate', '\ud800', '\\ud800'],
  ])('%s is escaped', (_, text, escape) => {
    expect(printable(text)).toMatch(PRINTABLE_ASCII);
    expect(printable(text)).toContain(escape);
  });

  test('100 characters stay', () => {
    expect(printable('x'.repeat(100))).toBe('x'.repeat(100));
  });

  test.each([101, 5_000])('of %p characters, 100 are left', (length) => {
    expect(printable('x'.repeat(length)).match(/x/g)).toHaveLength(100);
    expect(printable('x'.repeat(length)).length).toBeLessThan(110);
  });

  test('the cut counts what is written, escapes included', () => {
    expect(printable('\n'.repeat(101)).length).toBeLessThan(110);
  });

  test.each([
    [42, '42'],
    [null, 'null'],
    [true, 'true'],
    [undefined, 'undefined'],
  ])('%p is told as it is', (value, text) => {
    expect(printable(value)).toBe(text);
  });

  test.each([[['a\nb']], [{ a: 'é\n' }], [{ toString: () => '\n' }], [Object.create(null)], [[]]])(
    '%p is told in some way',
    (value) => {
      expect(printable(value)).toMatch(/^[\x20-\x7e]+$/);
    },
  );

  test('no nesting is too deep', () => {
    const nested: unknown = JSON.parse('['.repeat(20_000) + ']'.repeat(20_000));
    expect(printable(nested).length).toBeLessThan(110);
  });
});
