import { clientInfo } from '../../../../lib/credentials/session/client-info.js';
import { requestKinds } from '../../../support/requests.js';

describe.each(requestKinds)('from %s', (_, request) => {
  const facts = (headers: Record<string, string | string[]>, address?: string) =>
    clientInfo(request(headers, address === undefined ? {} : { address }));

  test.each([
    [
      'its agent and address',
      { 'User-Agent': 'Browser/1.0' },
      '203.0.113.7',
      { userAgent: 'Browser/1.0', forwardedFor: '203.0.113.7' },
    ],
    [
      'what the client writes is not its address',
      { 'X-Forwarded-For': '198.51.100.1, 10.0.0.1' },
      '10.0.0.2',
      { forwardedFor: '10.0.0.2' },
    ],
    ['an address of IPv6', {}, '::ffff:127.0.0.1', { forwardedFor: '::ffff:127.0.0.1' }],
    ['no socket', { 'X-Forwarded-For': '198.51.100.1' }, undefined, {}],
    ['an empty header', { 'User-Agent': '' }, '10.0.0.2', { forwardedFor: '10.0.0.2' }],
    ['nothing', {}, undefined, {}],
    ['an agent that cannot be sent on', { 'User-Agent': 'Brow\r\nser' }, undefined, {}],
    ['an agent that is not ASCII', { 'User-Agent': 'Brow\u00e9ser' }, undefined, {}],
    [
      'an agent of 1024 characters',
      { 'User-Agent': 'a'.repeat(1_024) },
      undefined,
      { userAgent: 'a'.repeat(1_024) },
    ],
    ['a longer one', { 'User-Agent': 'a'.repeat(1_025) }, undefined, {}],
    ['an address that cannot be sent on', {}, 'a\u0000', {}],
  ])('%s', (__, headers, address, expected) => {
    expect(facts(headers, address)).toEqual({
      userAgent: undefined,
      forwardedFor: undefined,
      ...expected,
    });
  });

  test('the address that the framework sees counts', () => {
    const seen = { ...request({}, { address: '10.0.0.2' }), ip: '203.0.113.7' };
    expect(clientInfo(seen).forwardedFor).toBe('203.0.113.7');
  });

  test('what is given can be sent by fetch', () => {
    for (const agent of ['Browser/1.0', 'a\tb', 'a\u007fb', 'a\nb', '€', '\u00ff']) {
      const { userAgent } = facts({ 'User-Agent': agent });
      expect(
        () => new Headers(userAgent === undefined ? {} : { 'user-agent': userAgent }),
      ).not.toThrow();
    }
  });
});
