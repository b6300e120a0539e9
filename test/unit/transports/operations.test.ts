import { Operations } from '../../../lib/transports/operations.js';

test('work is done once for each operation, request and key', () => {
  const operations = new Operations<number>();
  const [one, other, request, next] = [{}, {}, {}, {}];
  let count = 0;
  const ask = (context: object, by: object, key?: number) =>
    operations.once(context, by, key, () => ++count);
  expect([ask(one, request), ask(one, request)]).toEqual([1, 1]);
  expect([ask(one, request, 10), ask(one, request, 10)]).toEqual([2, 2]);
  expect(ask(other, request)).toBe(3);
  expect(ask(one, next)).toBe(4);
});
