import { deepFreeze, isJsonObject } from '../../../lib/core/types.js';

describe('deepFreeze', () => {
  test('freezes objects and arrays at every depth', () => {
    const value = deepFreeze({ a: { b: [{ c: 1 }] }, d: [[1]] });
    for (const place of [value, value.a, value.a.b, value.a.b[0], value.d, value.d[0]])
      expect(Object.isFrozen(place)).toBe(true);
  });

  test('freezes an object inside an array that also holds primitives and null', () => {
    const value = deepFreeze([null, 1, 'a', { b: {} }] as const);
    expect(Object.isFrozen(value[3].b)).toBe(true);
  });

  test('gives the same value back', () => {
    const value = { a: [1] };
    expect(deepFreeze(value)).toBe(value);
  });

  test('no nesting is too deep', () => {
    let innermost: unknown = deepFreeze(
      JSON.parse('['.repeat(20_000) + ']'.repeat(20_000)) as object,
    );
    while (Array.isArray(innermost) && innermost.length > 0) innermost = innermost[0];
    expect(Object.isFrozen(innermost)).toBe(true);
  });

  test('no width is too wide', () => {
    const wide = deepFreeze(Array.from({ length: 50_000 }, () => ({})));
    expect(Object.isFrozen(wide.at(-1))).toBe(true);
  });
});

describe('isJsonObject', () => {
  test.each([{}, { a: 1 }, Object.create(null)])('%p is one', (value) => {
    expect(isJsonObject(value)).toBe(true);
  });

  test.each([null, undefined, [], [{}], 'text', 1, true])('%p is none', (value) => {
    expect(isJsonObject(value)).toBe(false);
  });
});
