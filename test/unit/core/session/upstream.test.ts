import {
  createServer,
  type IncomingHttpHeaders,
  type RequestListener,
  type Server,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Fetch } from '../../../../lib/core/http.js';
import {
  fetchSession,
  type ClientInfo,
  type ForwardedCredential,
} from '../../../../lib/core/session/upstream.js';
import { fetchUserinfo } from '../../../../lib/core/session/upstream.js';
import { json, tableFetch, type Route } from '../../../support/fetch.js';
import { rejectionOf } from '../../../support/refusals.js';

const RESOLVE = 'https://my-app.authgear.cloud/_resolver/resolve';
const USERINFO = 'https://my-app.authgear.cloud/oauth2/userinfo';
const SECRET = 'hunter2hunter2hunter2hunter2';
const cookie: ForwardedCredential = { header: 'cookie', value: `session=${SECRET}` };
const bearer: ForwardedCredential = { header: 'authorization', value: `Bearer ${SECRET}` };
const nobody: ClientInfo = { userAgent: undefined, forwardedFor: undefined };
const good = { 'X-Authgear-Session-Valid': 'true', 'X-Authgear-User-Id': 'user-1' };
const clear = [
  'session=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly',
  'app_session=; Max-Age=0',
];

const answer = (headers: Record<string, string> = {}, cookies: string[] = [], status = 200) => {
  const response = new Response(null, { status, headers });
  for (const value of cookies) response.headers.append('set-cookie', value);
  return response;
};
const resolve = (
  route: Route,
  credential = cookie,
  client = nobody,
  method: 'GET' | 'HEAD' = 'GET',
) => {
  const { fetch, urls, inits } = tableFetch({ [RESOLVE]: route });
  return {
    work: fetchSession({ url: RESOLVE, method, timeout: 5_000 }, credential, client, fetch),
    urls,
    inits,
  };
};
/** Everything that could get into a log line or to a client. */
const told = ({
  reason,
  message,
  fix,
  publicMessage,
  facts,
}: Awaited<ReturnType<typeof rejectionOf>>) =>
  JSON.stringify([reason, message, fix, publicMessage, facts]);

describe('the question to the resolver', () => {
  test.each(['GET', 'HEAD'] as const)('%s, once, and no redirect is followed', async (method) => {
    const { work, urls, inits } = resolve(answer(good), cookie, nobody, method);
    expect(await work).toMatchObject({ userId: 'user-1' });
    expect(urls).toEqual([RESOLVE]);
    expect(inits[0]).toMatchObject({ method, redirect: 'manual' });
  });

  test.each([
    ['a cookie', cookie],
    ['a bearer token', bearer],
  ])('only the one credential: %s', async (_, credential) => {
    const { work, inits } = resolve(answer(good), credential);
    await work;
    expect(inits[0]?.headers).toEqual({ [credential.header]: credential.value });
  });

  test('with the known client information', async () => {
    const both = resolve(answer(good), bearer, {
      userAgent: 'Browser/1.0',
      forwardedFor: '203.0.113.7, 127.0.0.1',
    });
    await both.work;
    expect(both.inits[0]?.headers).toEqual({
      authorization: bearer.value,
      'user-agent': 'Browser/1.0',
      'x-forwarded-for': '203.0.113.7, 127.0.0.1',
    });
  });
});

describe('the answer of the resolver', () => {
  test.each([
    ['nothing said', {}, 'session_invalid'],
    ['false', { 'X-Authgear-Session-Valid': 'false' }, 'session_invalid'],
    ['true without a user', { 'X-Authgear-Session-Valid': 'true' }, 'session_invalid'],
    ['a user without true', { 'X-Authgear-User-Id': 'user-1' }, 'session_invalid'],
  ])('%s is no session', async (_, headers, code) => {
    for (const credential of [cookie, bearer]) {
      const error = await rejectionOf(resolve(answer(headers), credential).work);
      expect(error).toMatchObject({ code, kind: 'invalid_token' });
      expect(told(error)).not.toContain(SECRET);
    }
  });

  test('Set-Cookie is passed on only for a cookie that the resolver calls invalid', async () => {
    const invalid = { 'X-Authgear-Session-Valid': 'false' };
    const setCookieOf = async (headers: Record<string, string>, credential: ForwardedCredential) =>
      (await rejectionOf(resolve(answer(headers, clear), credential).work)).details.setCookie;
    expect(await setCookieOf(invalid, cookie)).toEqual(clear);
    expect(await setCookieOf(invalid, bearer)).toBeUndefined();
    expect(await setCookieOf({}, cookie)).toBeUndefined();
    expect(
      (await rejectionOf(resolve(answer(invalid), cookie).work)).details.setCookie,
    ).toBeUndefined();
    expect(await resolve(answer(good, clear)).work).not.toHaveProperty('setCookie');
  });

  test.each([201, 204, 206, 301, 302, 307, 400, 401, 403, 404, 429, 500, 502, 503])(
    '%p is none, whatever its headers say',
    async (status) => {
      const error = await rejectionOf(
        resolve(answer({ ...good, location: 'https://evil.example/path?secret=1' }, clear, status))
          .work,
      );
      expect(error).toMatchObject({ code: 'session_unconfirmed', kind: 'unavailable' });
      expect(error.reason).toContain(String(status));
      expect(error.details.setCookie).toBeUndefined();
      expect(told(error)).not.toMatch(/secret=1|hunter2/);
    },
  );

  test('a response after a followed redirect is refused', async () => {
    const followed = Object.defineProperty(answer(good), 'redirected', { value: true });
    expect((await rejectionOf(resolve(() => followed).work)).code).toBe('session_unconfirmed');
  });

  test('the reason names the cause of a failure, without passwords', async () => {
    const failure = new TypeError('fetch failed', {
      cause: Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
    });
    expect((await rejectionOf(resolve(failure).work)).reason).toMatch(
      /"https:\/\/my-app\.authgear\.cloud" .*ECONNREFUSED/,
    );
    expect(
      told(
        await rejectionOf(
          resolve(new Error(`proxy http://user:${SECRET}@proxy.example said no`)).work,
        ),
      ),
    ).not.toContain(SECRET);
  });

  test('a custom fetch that quotes the credential does not reveal it', async () => {
    for (const credential of [cookie, bearer]) {
      const quoting = new Error(`bad request header: ${credential.value}`);
      expect(told(await rejectionOf(resolve(quoting, credential).work))).not.toContain(
        credential.value,
      );
    }
  });

  test('the reason has no path or query of the URL', async () => {
    const { fetch } = tableFetch({});
    const url = `https://inner.example/${SECRET}?key=${SECRET}`;
    expect(
      told(
        await rejectionOf(
          fetchSession({ url, method: 'GET', timeout: 5_000 }, cookie, nobody, fetch),
        ),
      ),
    ).not.toContain(SECRET);
    expect(
      told(await rejectionOf(fetchUserinfo({ url, timeout: 5_000 }, SECRET, nobody, fetch))),
    ).not.toContain(SECRET);
  });

  test('the body is let go of', async () => {
    for (const [status, headers] of [
      [200, good],
      [200, {}],
      [500, {}],
    ] as const) {
      let cancelled = false;
      const body = new ReadableStream({ cancel: () => void (cancelled = true) });
      await resolve(() => new Response(body, { status, headers })).work.catch(() => undefined);
      expect(cancelled).toBe(true);
    }
  });
});

describe('the userinfo endpoint', () => {
  const userinfo = (route: Route) => {
    const { fetch, inits } = tableFetch({ [USERINFO]: route });
    return { work: fetchUserinfo({ url: USERINFO, timeout: 5_000 }, SECRET, nobody, fetch), inits };
  };

  test.each(['https://public.example', 'http://public.example:8080'])(
    'another host learns the public origin %s',
    async (publicOrigin) => {
      const { host, protocol } = new URL(publicOrigin);
      const expected = {
        'x-forwarded-host': host,
        'x-forwarded-proto': protocol.slice(0, -1),
        'x-forwarded-for': '203.0.113.7',
        'user-agent': 'Browser/1.0',
      };
      const client = { userAgent: 'Browser/1.0', forwardedFor: '203.0.113.7' };
      const { fetch, inits } = tableFetch({
        [USERINFO]: json({ sub: 'user-1' }),
        [RESOLVE]: answer(good),
      });
      const timeout = 5_000;
      await fetchUserinfo({ url: USERINFO, publicOrigin, timeout }, SECRET, client, fetch);
      const resolver = { url: RESOLVE, publicOrigin, timeout, method: 'GET' } as const;
      await fetchSession(resolver, cookie, client, fetch);
      for (const { headers } of inits) expect(headers).toMatchObject(expected);
    },
  );

  test('is asked with the token alone', async () => {
    const { work, inits } = userinfo(json({ sub: 'user-1' }));
    expect(await work).toBe('user-1');
    expect(inits[0]).toMatchObject({ method: 'GET', redirect: 'manual' });
    expect(inits[0]?.headers).toEqual({
      accept: 'application/json',
      authorization: `Bearer ${SECRET}`,
    });
  });

  test('401 means that the session is over', async () => {
    const error = await rejectionOf(
      userinfo(
        new Response('', {
          status: 401,
          headers: { 'www-authenticate': 'Bearer error="invalid_grant"' },
        }),
      ).work,
    );
    expect(error).toMatchObject({ code: 'token_revoked', kind: 'invalid_token' });
    expect(told(error)).not.toContain(SECRET);
  });

  test.each([204, 302, 304, 307, 400, 402, 403, 404, 407, 429, 500, 503])(
    '%p is not usable',
    async (status) => {
      expect((await rejectionOf(userinfo(new Response(null, { status })).work)).code).toBe(
        'session_unconfirmed',
      );
    },
  );

  test.each([
    ['no object', []],
    ['null', null],
    ['text', 'user-1'],
    ['no sub', {}],
    ['an empty sub', { sub: '' }],
    ['a sub that is no text', { sub: 1 }],
    ['a list of subs', { sub: ['user-1'] }],
    ['a sub in the prototype', JSON.parse('{"__proto__":{"sub":"user-1"}}')],
  ])('200 with %s is not usable', async (_, body) => {
    expect((await rejectionOf(userinfo(json(body)).work)).code).toBe('session_unconfirmed');
  });

  test.each([
    ['HTML', '<html>'],
    ['nothing', ''],
    ['too much', `{"sub":"user-1","padding":"${'x'.repeat(60_000)}"}`],
  ])('200 with %s is not usable', async (_, body) => {
    const error = await rejectionOf(userinfo(() => new Response(body)).work);
    expect(error.code).toBe('session_unconfirmed');
  });
});

describe('over real sockets', () => {
  let server: Server;
  let listener: RequestListener;
  let seen: { method: string | undefined; headers: IncomingHttpHeaders }[];
  let url: string;
  beforeAll(async () => {
    server = createServer((request, response) => {
      seen.push({ method: request.method, headers: request.headers });
      listener(request, response);
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => (seen = []));
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });
  const platform: Fetch = (to, init) => fetch(to, init);
  const ask = (credential: ForwardedCredential, method: 'GET' | 'HEAD' = 'GET', timeout = 5_000) =>
    fetchSession(
      { url, method, timeout },
      credential,
      { userAgent: 'Browser/1.0', forwardedFor: '203.0.113.7' },
      platform,
    );

  test.each([
    ['GET', 'cookie', cookie, 'authorization'],
    ['HEAD', 'cookie', cookie, 'authorization'],
    ['GET', 'authorization', bearer, 'cookie'],
    ['HEAD', 'authorization', bearer, 'cookie'],
  ] as const)('%s with %s', async (method, header, credential, other) => {
    listener = (_, response) => void response.writeHead(200, good).end();
    expect(await ask(credential, method)).toMatchObject({ userId: 'user-1' });
    expect(seen).toHaveLength(1);
    expect(seen[0]?.method).toBe(method);
    expect(seen[0]?.headers).toMatchObject({
      [header]: credential.value,
      'user-agent': 'Browser/1.0',
      'x-forwarded-for': '203.0.113.7',
    });
    expect(seen[0]?.headers).not.toHaveProperty(other);
  });

  test('several Set-Cookie stay several', async () => {
    listener = (_, response) =>
      void response
        .writeHead(200, { 'X-Authgear-Session-Valid': 'false', 'Set-Cookie': clear })
        .end();
    expect((await rejectionOf(ask(cookie))).details.setCookie).toEqual(clear);
  });

  test('a redirect is not followed', async () => {
    listener = (_, response) => void response.writeHead(307, { location: url, ...good }).end();
    expect((await rejectionOf(ask(cookie))).code).toBe('session_unconfirmed');
    expect(seen).toHaveLength(1);
  });

  test('an endless body does not delay the response', async () => {
    listener = (_, response) => void response.writeHead(200, good).write('x');
    expect(await ask(cookie)).toMatchObject({ userId: 'user-1' });
  });

  test.each([
    ['the resolver', () => ask(cookie, 'GET', 40)],
    ['the userinfo endpoint', () => fetchUserinfo({ url, timeout: 40 }, SECRET, nobody, platform)],
  ])('%s that hangs times out', async (_, work) => {
    listener = () => undefined;
    const error = await rejectionOf(work());
    expect(error.code).toBe('session_unconfirmed');
    expect(error.reason).toContain('within 0.04 s');
  });

  test('a fetch that ignores the signal times out too', async () => {
    const deaf: Fetch = () => new Promise(() => undefined);
    const error = await rejectionOf(
      fetchSession({ url, method: 'GET', timeout: 20 }, cookie, nobody, deaf),
    );
    expect(error.code).toBe('session_unconfirmed');
  });

  test('an endless body of the userinfo endpoint times out', async () => {
    listener = (_, response) => void response.writeHead(200).write('{"sub":');
    expect(
      (await rejectionOf(fetchUserinfo({ url, timeout: 40 }, SECRET, nobody, platform))).code,
    ).toBe('session_unconfirmed');
  });

  test('a connection that breaks', async () => {
    listener = (_, response) => void response.destroy();
    expect((await rejectionOf(ask(bearer))).code).toBe('session_unconfirmed');
    expect(
      (await rejectionOf(fetchUserinfo({ url, timeout: 5_000 }, SECRET, nobody, platform))).code,
    ).toBe('session_unconfirmed');
  });
});
