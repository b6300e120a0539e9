import type { ExecutionContext } from '@nestjs/common';
import { httpExchange } from '../../../lib/extract/http-exchange.js';

const request = { headers: {} };
const response = { header: () => undefined };
const context = (type: string) =>
  ({ getType: () => type, switchToHttp: () => ({ getRequest: () => request, getResponse: () => response }) }) as unknown as ExecutionContext;

test('an HTTP context leads to its request and response', () => {
  expect(httpExchange(context('http'))).toEqual({ request, response });
});

test.each(['rpc', 'ws', 'graphql', 'necord', ''])('the transport %p is not HTTP', (type) => {
  expect(httpExchange(context(type))).toBeUndefined();
});
