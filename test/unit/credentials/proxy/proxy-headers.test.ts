import { sessionHeaders } from '../../../../lib/core/session/session.js';
import {
  cameThroughProxy,
  hasSessionHeaders,
  readProxiedSession,
} from '../../../../lib/credentials/proxy/proxy-headers.js';
import { sha256 } from '../../../../lib/core/crypto/digest.js';
import type { ProxyProofRules } from '../../../../lib/options/resolve-sessions.js';
import { codeOf, refusalOf } from '../../../support/refusals.js';
import { nodeRequest, requestKinds } from '../../../support/requests.js';

const SECRET = 'a-secret-of-the-proxy-1';
const digest = Buffer.from(sha256(SECRET));
const secret = (header = 'x-proxy-secret'): ProxyProofRules => ({ kind: 'secret', header, digest });
const valid = { 'X-Authgear-Session-Valid': 'true', 'X-Authgear-User-Id': 'user-1' };

describe.each(requestKinds)('the proof by secret, from %s', (_, request) => {
  test.each([
    ['the secret', { 'X-Proxy-Secret': SECRET }, true],
    ['the name in any case', { 'x-pRoXy-sEcReT': SECRET }, true],
    ['none', {}, false],
    ['an empty one', { 'X-Proxy-Secret': '' }, false],
    ['a shorter one', { 'X-Proxy-Secret': SECRET.slice(0, -1) }, false],
    ['a longer one', { 'X-Proxy-Secret': `${SECRET}1` }, false],
    ['another case', { 'X-Proxy-Secret': SECRET.toUpperCase() }, false],
    ['joined by a comma', { 'X-Proxy-Secret': `guess, ${SECRET}` }, false],
    ['in another header', { 'X-Secret': SECRET }, false],
  ])('%s', (__, headers, expected) => {
    expect(cameThroughProxy(request({ ...valid, ...headers }), secret())).toBe(expected);
  });

  test.each([
    ['twice', [SECRET, SECRET]],
    ["the client's beside it", ['guess', SECRET]],
    ["the client's behind it", [SECRET, 'guess']],
  ])('two are refused: %s', (__, given) => {
    const { code } = refusalOf(() =>
      cameThroughProxy(request({ ...valid, 'X-Proxy-Secret': given }), secret()),
    );
    expect(code).toBe('proxy_headers_invalid');
  });

  test('a header of another name', () => {
    expect(cameThroughProxy(request({ 'X-Other': SECRET }), secret('x-other'))).toBe(true);
    expect(cameThroughProxy(request({ 'X-Proxy-Secret': SECRET }), secret('x-other'))).toBe(false);
  });

  test('a repeated header is refused', () => {
    for (const name of Object.values(sessionHeaders)) {
      const { code, reason } = refusalOf(() =>
        readProxiedSession(request({ ...valid, [name]: ['true', 'secret-value'] })),
      );
      expect(code).toBe('proxy_headers_invalid');
      expect(reason).toContain(name);
      expect(reason).not.toContain('secret-value');
    }
  });

  test('what the proxy says', () => {
    expect(readProxiedSession(request({ ...valid, 'X-Authgear-User-Roles': 'a,b' }))).toMatchObject(
      { userId: 'user-1', roles: ['a', 'b'] },
    );
    expect(readProxiedSession(request({ 'X-Authgear-Session-Valid': 'false' }))).toBe('invalid');
    expect(readProxiedSession(request({}))).toBe('none');
  });

  test('any one of the headers is a claim', () => {
    for (const name of Object.values(sessionHeaders)) {
      expect(hasSessionHeaders(request({ [name]: '' }))).toBe(true);
      expect(hasSessionHeaders(request({ [name.toUpperCase()]: 'x' }))).toBe(true);
    }
    expect(hasSessionHeaders(request({ 'X-Authgear': 'true', Authorization: 'Bearer a' }))).toBe(
      false,
    );
  });
});

test('a name in two cases counts as repeated', () => {
  const request = nodeRequest({
    ...valid,
    'x-authgear-user-roles': 'cashier',
    'X-Authgear-User-Roles': 'admin',
  });
  expect(codeOf(() => readProxiedSession(request))).toBe('proxy_headers_invalid');
});

describe('the proof by a function', () => {
  const came = (trust: unknown, headers = {}) =>
    cameThroughProxy(nodeRequest(headers), { kind: 'trust', trust: trust as () => boolean });

  test.each([
    ['true', () => true, true],
    ['false', () => false, false],
    ['nothing', () => undefined, false],
    ['1', () => 1, false],
    ['text', () => 'true', false],
    ['an object', () => ({}), false],
    ['a promise of true', async () => true, false],
    ['a promise of false', async () => false, false],
  ])('that gives %s', (_, trust, expected) => {
    expect(came(trust)).toBe(expected);
  });

  test('it is given the request, and the secret header proves nothing', () => {
    const trust = ({ headers }: { headers: Record<string, unknown> }) =>
      headers['x-certificate'] === 'good';
    expect(came(trust, { 'X-Certificate': 'good' })).toBe(true);
    expect(came(trust, { 'X-Proxy-Secret': SECRET })).toBe(false);
  });
});

test('without a secret and without a function nothing is proof', () => {
  expect(cameThroughProxy(nodeRequest({ 'X-Proxy-Secret': 'undefined' }), { kind: 'none' })).toBe(
    false,
  );
});
