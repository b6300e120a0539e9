import { headerFields } from '../../../lib/core/headers.js';

const request = (headers: Record<string, string | string[]>, rawHeaders?: string[]) => ({
  headers,
  ...(rawHeaders && { rawHeaders }),
});

test.each([
  ['as it came', request({ a: '1' }, ['A', '1', 'B', '2']), ['1']],
  ['that came twice', request({ a: '1' }, ['A', '1', 'a', '2']), ['1', '2']],
  ['that middleware set', request({ a: '1' }, ['B', '2']), ['1']],
  ['that middleware changed', request({ a: '2' }, ['A', '1']), ['2']],
  ['that middleware removed', request({}, ['A', '1']), []],
  ['that came twice, and middleware removed', request({}, ['A', '1', 'A', '2']), ['1', '2']],
  ['without what was sent', request({ a: '1' }), ['1']],
  ['of an adapter that tells of no raw headers', request({ a: '1' }, []), ['1']],
  ['as a list', request({ a: ['1', '2'] }), ['1', '2']],
  ['that is not there', request({ b: '2' }, ['B', '2']), []],
  [
    'by the request in "raw"',
    { ...request({ a: '1' }), raw: { rawHeaders: ['A', '1', 'A', '2'] } },
    ['1', '2'],
  ],
])('a field %s', (_, given, expected) => {
  expect(headerFields(given, 'a')).toEqual(expected);
});
