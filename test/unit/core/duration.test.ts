import { toSeconds } from '../../../lib/core/duration.js';

describe('toSeconds', () => {
  test.each([
    [0, 0],
    [300, 300],
    [1.5, 1.5],
    ['500ms', 0.5],
    ['30s', 30],
    ['5m', 300],
    ['12h', 43_200],
    ['7d', 604_800],
    ['1.5h', 5400],
    ['0s', 0],
  ])('%p is %p seconds', (value, seconds) => {
    expect(toSeconds(value)).toBe(seconds);
  });

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0.001])(
    'the number %p is no duration',
    (value) => {
      expect(toSeconds(value)).toBeUndefined();
    },
  );

  test.each([
    '',
    '5',
    '300',
    '-5m',
    '+5m',
    '1y',
    '1w',
    'm',
    '1e3s',
    ' 5m',
    '5m ',
    '5m\n',
    '5m30s',
    'five minutes',
    'Infinitys',
    'NaNs',
    `${'9'.repeat(400)}s`,
  ])('the string %p is no duration', (value) => {
    expect(toSeconds(value)).toBeUndefined();
  });

  test.each([undefined, null, true, {}, [], ['5m'], 5n, new Date(0)])(
    '%p is no duration',
    (value) => {
      expect(toSeconds(value)).toBeUndefined();
    },
  );
});
