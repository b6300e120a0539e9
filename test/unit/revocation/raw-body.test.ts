import type { HttpAdapterHost } from '@nestjs/core';
import { Subject } from 'rxjs';
import { watchRawBody } from '../../../lib/revocation/raw-body.js';

function watch() {
  const init$ = new Subject<void>();
  const registered: unknown[] = [];
  const adapter = {
    name: 'adapter',
    registerParserMiddleware(this: { name: string }, ...args: unknown[]) {
      registered.push([this.name, ...args]);
      return 'registered';
    },
  };
  const mounted: number[] = [];
  const onKept = () => void mounted.push(registered.length);
  const isKept = watchRawBody(
    { init$, httpAdapter: adapter } as unknown as HttpAdapterHost,
    onKept,
  );
  return { init$, adapter, registered, isKept, mounted };
}

test.each([
  [true, true],
  [false, false],
  [undefined, false],
])('parsers that are registered with rawBody %p keep it: %p', (rawBody, kept) => {
  const { init$, adapter, registered, isKept, mounted } = watch();
  expect(isKept()).toBeUndefined();
  init$.next();
  expect(isKept()).toBeUndefined();
  expect(adapter.registerParserMiddleware('/api', rawBody)).toBe('registered');
  expect(registered).toEqual([['adapter', '/api', rawBody]]);
  expect(isKept()).toBe(kept);
  // Once the parsers are there.
  expect(mounted).toEqual(kept ? [1] : []);
});

test('an application that registers none is not known about', () => {
  const { init$, isKept } = watch();
  init$.next();
  expect(isKept()).toBeUndefined();
});
