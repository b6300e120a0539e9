import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { AuthError } from '../../../lib/core/errors.js';
import { graphql } from '../../../lib/transports/graphql.js';

const setCookie = ['session=; Max-Age=0', 'app_session=; Max-Age=0'];
const error = new AuthError('session_invalid', 'over', { setCookie });

/** A response that remembers what was set on it. */
function response() {
  const headers: Record<string, unknown> = {};
  const header = (name: string, value: unknown) => void (headers[name] = value);
  return { headers, header };
}

test.each([
  ['Express', (target: object) => ({ req: { res: target } })],
  ['Mercurius', (target: object) => ({ req: {}, reply: target })],
])('a refusal sets its headers and clears its cookies, on %s', (_, contextWith) => {
  const target = response();
  const context = new ExecutionContextHost([{}, {}, contextWith(target), {}]);
  expect(graphql.refuse(error, context)).toMatchObject({
    extensions: { code: 'UNAUTHENTICATED', reason: 'session_invalid' },
  });
  expect(target.headers).toMatchObject({
    'Cache-Control': 'no-store',
    'WWW-Authenticate': expect.stringContaining('invalid_token') as unknown,
    'Set-Cookie': setCookie,
  });
});

test('without a response, the headers are in the error', () => {
  const context = new ExecutionContextHost([{}, {}, { req: { raw: {} } }, {}]);
  const { extensions } = graphql.refuse(error, context) as {
    extensions: { http: { headers: Map<string, string> } };
  };
  expect(extensions.http.headers.get('Cache-Control')).toBe('no-store');
});

test('the context of a reference resolver is found, and a call is its field', () => {
  const [operation, field] = [{ req: { headers: {} } }, {}];
  for (const args of [
    [{}, {}, operation, field],
    [{}, operation, field],
  ]) {
    const context = new ExecutionContextHost(args);
    expect(graphql.operationOf(context)).toBe(operation);
    expect(graphql.callOf(context)).toBe(field);
    expect(graphql.requestOf(context)).toBe(operation.req);
  }
});
