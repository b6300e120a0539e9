import { ProxyStrategy } from '../../../../lib/credentials/proxy/proxy.strategy.js';
import type { AuthErrorCode } from '../../../../lib/core/error-codes.js';
import { AuthError } from '../../../../lib/core/errors.js';
import { AuthgearUser } from '../../../../lib/core/user.js';
import { sha256 } from '../../../../lib/core/crypto/digest.js';
import type { ProxyRules } from '../../../../lib/options/resolve-sessions.js';
import { codeOf, rejectionOf } from '../../../support/refusals.js';
import { nodeRequest } from '../../../support/requests.js';
import {
  claimsWith,
  compose,
  headerWith,
  ISSUER,
  NOW,
  trustedIssuer,
} from '../../../support/tokens.js';

const SECRET = 'a-secret-of-the-proxy-1';
const proof = { 'x-proxy-secret': SECRET };
const session = { 'x-authgear-session-valid': 'true', 'x-authgear-user-id': 'user-1' };
const OPAQUE = 'a'.repeat(32);
const anything = { maxStaleness: undefined };

function start({
  isMachine = true,
  refusal,
}: { isMachine?: boolean; refusal?: AuthErrorCode } = {}) {
  const noticed: AuthError[] = [];
  const tokens: string[] = [];
  const rules: ProxyRules = {
    proof: {
      kind: 'secret',
      header: 'x-proxy-secret',
      digest: Buffer.from(sha256(SECRET)),
    },
    isRequired: false,
    cookiePrefix: 'pre_',
    allowedOrigins: ['https://app.example'],
  };
  const jwt = {
    authenticate: async (token: string) => {
      tokens.push(token);
      if (refusal !== undefined) throw new AuthError(refusal, 'by a test');
      return {
        user: new AuthgearUser({ sub: 'client_id_a', issuer: ISSUER, via: 'jwt', isMachine }),
      };
    },
  };
  const strategy = new ProxyStrategy({
    issuer: trustedIssuer(),
    rules,
    jwt,
    onUntrusted: (error) => noticed.push(error),
    clock: () => NOW * 1000,
  });
  const ask = (headers: Record<string, string>, method = 'GET') => {
    const request = nodeRequest({ host: 'api.example', ...headers }, { method });
    const found = strategy.extract(request);
    if (found === undefined) throw new Error('expected a credential');
    return strategy.authenticate(found, request, anything);
  };
  return { strategy, ask, noticed, tokens };
}

test('a session from the proxy counts as confirmed now', async () => {
  const { ask } = start();
  const { user, confirmedAt, issuer } = await ask({ ...proof, ...session });
  expect(user).toMatchObject({ sub: 'user-1', via: 'proxy', issuer: ISSUER });
  expect(confirmedAt).toBe(NOW);
  expect(issuer?.issuer).toBe(ISSUER);
});

test('without proof there is no credential, and only session headers cause a warning', () => {
  const { strategy, noticed } = start();
  expect(strategy.extract(nodeRequest({ 'x-authgear-user-roles': 'admin' }))).toBeUndefined();
  expect(noticed.map(({ code }) => code)).toEqual(['proxy_headers_untrusted']);
  expect(strategy.extract(nodeRequest({ 'x-proxy-secret': 'guess' }))).toBeUndefined();
  expect(noticed).toHaveLength(1);
});

test.each([
  ['nothing', {}, true],
  ['a cookie of another name', { cookie: 'session=a' }, true],
  ['another scheme', { authorization: 'Basic dXNlcjpwYXNz' }, true],
  ['a session cookie', { cookie: 'pre_session=a' }, false],
  ['a bearer token', { authorization: 'Bearer a' }, false],
  ['a session', session, false],
  ['what is invalid', { 'x-authgear-session-valid': 'false' }, false],
])('through the proxy with %s: anonymous %#', (_, headers, isAnonymous) => {
  expect(start().strategy.extract(nodeRequest({ ...proof, ...headers })) === undefined).toBe(
    isAnonymous,
  );
});

describe('where there is no session', () => {
  const none = [{}, { 'x-authgear-session-valid': 'false' }];
  test.each(none)('a machine’s token counts: %j', async (headers) => {
    const { ask, tokens } = start();
    expect(
      (await ask({ ...proof, ...headers, authorization: 'Bearer a.b.c' })).user.isMachine,
    ).toBe(true);
    expect(tokens).toEqual(['a.b.c']);
  });

  test.each(none)("a person's token does not: %j", async (headers) => {
    const { ask } = start({ isMachine: false });
    expect(
      (await rejectionOf(ask({ ...proof, ...headers, authorization: 'Bearer a.b.c' }))).code,
    ).toBe('session_invalid');
  });

  test.each([
    // Nothing is known of it: what is wrong with it helps whoever sent it.
    ['audience_mismatch', {}, 'audience_mismatch'],
    // The resolver knows it and says no, so that its audience is not what is wrong with it.
    ['audience_mismatch', { 'x-authgear-session-valid': 'false' }, 'session_invalid'],
    ['keys_unavailable', { 'x-authgear-session-valid': 'false' }, 'keys_unavailable'],
  ] as const)('a token is refused by its signature (%s): %j', async (refusal, headers, code) => {
    expect(
      (
        await rejectionOf(
          start({ refusal }).ask({ ...proof, ...headers, authorization: 'Bearer a.b.c' }),
        )
      ).code,
    ).toBe(code);
  });

  test('opaque tokens and cookies are not verified locally', async () => {
    const { ask, tokens } = start();
    expect((await rejectionOf(ask({ ...proof, authorization: `Bearer ${OPAQUE}` }))).code).toBe(
      'session_invalid',
    );
    expect((await rejectionOf(ask({ ...proof, cookie: 'pre_session=a' }))).code).toBe(
      'session_invalid',
    );
    expect(tokens).toEqual([]);
  });
});

test.each([
  ['two bearer tokens', { authorization: 'Bearer a, Bearer b' }, 'multiple_credentials'],
  ['a malformed one', { authorization: 'Bearer' }, 'authorization_malformed'],
])('%s', (_, headers, code) => {
  expect(
    codeOf(() => start().strategy.extract(nodeRequest({ ...proof, ...session, ...headers }))),
  ).toBe(code);
});

describe('an unsafe method', () => {
  const evil = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
  const post = (headers: Record<string, string>) =>
    start().ask({ ...proof, ...session, ...headers }, 'POST');

  test('by a cookie must be from the same origin, or an allowed one', async () => {
    expect((await rejectionOf(post({ cookie: 'pre_session=a', ...evil }))).code).toBe(
      'cross_origin_request',
    );
    expect(
      (await post({ cookie: 'pre_session=a', ...evil, origin: 'https://app.example' })).user.sub,
    ).toBe('user-1');
  });

  test('by a bearer token may be from anywhere: no page can add one without leave', async () => {
    expect((await post({ authorization: `Bearer ${OPAQUE}`, ...evil })).user.sub).toBe('user-1');
    // With a cookie beside it, the session may be the cookie's.
    expect(
      (
        await rejectionOf(
          post({ authorization: `Bearer ${OPAQUE}`, cookie: 'pre_session=a', ...evil }),
        )
      ).code,
    ).toBe('cross_origin_request');
  });

  test(
    'beside another scheme is no better: browsers send remembered Basic credentials by ' +
      'themselves',
    async () => {
      const basic = { authorization: 'Basic dXNlcjpwYXNz', cookie: 'pre_session=a' };
      expect((await rejectionOf(post({ ...basic, ...evil }))).code).toBe('cross_origin_request');
      expect((await post({ ...basic, 'sec-fetch-site': 'same-origin' })).user.sub).toBe('user-1');
    },
  );
});

test('two session cookies with one name are refused: the proxy may have used either', async () => {
  const ask = (headers: Record<string, string>) =>
    start().ask({ ...proof, ...session, ...headers });
  expect((await rejectionOf(ask({ cookie: 'pre_session=a; pre_session=b' }))).code).toBe(
    'multiple_credentials',
  );
  expect((await ask({ cookie: 'pre_session=a; session=b' })).user.sub).toBe('user-1');
  const beside = { cookie: 'pre_session=a; pre_session=b', authorization: `Bearer ${OPAQUE}` };
  expect((await rejectionOf(ask(beside))).code).toBe('multiple_credentials');
});

describe('a bearer token decides alone', () => {
  const askWith = (token: string) =>
    start().ask({ ...proof, ...session, authorization: `Bearer ${token}` });

  test('one of the same user', async () => {
    expect((await askWith(compose(headerWith(), claimsWith({ sub: 'user-1' })))).user.sub).toBe(
      'user-1',
    );
  });

  test.each([
    ['of another user', compose(headerWith(), claimsWith({ sub: 'user-2' })), 'session_invalid'],
    ['that is none', 'garbage', 'token_malformed'],
  ])('one %s', async (_, token, code) => {
    expect((await rejectionOf(askWith(token))).code).toBe(code);
  });
});
