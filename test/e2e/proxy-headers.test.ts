import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { Controller, Get, Post } from '@nestjs/common';
import { OptionalAuth } from '../../lib/routes/decorators/access.js';
import { Roles } from '../../lib/routes/decorators/permissions.js';
import { MaxStaleness } from '../../lib/routes/decorators/authentication.js';
import type { AuthgearUser } from '../../lib/core/user.js';
import { CurrentUser } from '../../lib/transports/current-user.js';
import type { ProxyHeadersOptions } from '../../lib/options/session-options.js';
import { platforms, startTestApp, type Platform, type TestApp } from '../support/app.js';

@Controller()
class RoutesController {
  @Get('me')
  @MaxStaleness('1s')
  me(@CurrentUser() user: AuthgearUser) {
    return user;
  }

  @Post('me')
  change() {
    return {};
  }

  @Get('maybe')
  @OptionalAuth()
  maybe(@CurrentUser('sub') sub?: string) {
    return { sub: sub ?? 'nobody' };
  }

  @Get('managers')
  @Roles('store_manager')
  managers() {
    return {};
  }
}

const SECRET = 'a-secret-of-the-proxy-1';
const proof = { 'x-proxy-secret': SECRET };
const session = {
  'x-authgear-session-valid': 'true',
  'x-authgear-user-id': 'user-1',
  'x-authgear-user-anonymous': 'false',
  'x-authgear-user-verified': 'true',
  'x-authgear-user-can-reauthenticate': 'true',
  'x-authgear-user-roles': 'store_manager,cashier',
  'x-authgear-session-amr': 'pwd x_primary_password',
  'x-authgear-session-authenticated-at': '1767225600',
};
const codeOf = async (response: Response) => ({
  status: response.status,
  code: ((await response.json()) as { code?: string }).code,
});
const start = (platform: Platform, proxyHeaders: ProxyHeadersOptions) =>
  startTestApp({ platform, controllers: [RoutesController], options: { proxyHeaders } });

describe.each(platforms)('behind a proxy, on %s', (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await start(platform, { secret: SECRET, allowedOrigins: ['https://app.example'] });
  });
  afterAll(() => app.close());
  const get = (path: string, headers: Record<string, string>, token?: string) =>
    app.get(path, token, headers);

  test('the headers are a user', async () => {
    const response = await get('/me', { ...proof, ...session });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      sub: 'user-1',
      issuer: app.issuer.issuer,
      via: 'proxy',
      roles: ['store_manager', 'cashier'],
      amr: ['pwd', 'x_primary_password'],
      isAnonymous: false,
      isVerified: true,
      canReauthenticate: true,
      authTime: 1767225600,
      scopes: [],
    });
  });

  test('anonymous', async () => {
    expect(await codeOf(await get('/me', proof))).toEqual({
      status: 401,
      code: 'credentials_missing',
    });
    expect(
      await (await get('/maybe', { ...proof, 'x-authgear-session-valid': '' })).json(),
    ).toEqual({ sub: 'nobody' });
  });

  test.each([
    ['said to be invalid', { 'x-authgear-session-valid': 'false' }],
    ['valid without a user', { 'x-authgear-session-valid': 'true' }],
    [
      'a user without validity, and a cookie',
      { 'x-authgear-user-id': 'user-1', cookie: 'session=abc' },
    ],
    ['neither, and a cookie', { cookie: 'app_session=abc' }],
    ['neither, and an opaque token', { authorization: `Bearer ${'a'.repeat(32)}` }],
    [
      'true in another spelling',
      { 'x-authgear-session-valid': 'True', 'x-authgear-user-id': 'user-1' },
    ],
  ])('no session: %s', async (_, headers) => {
    expect(await codeOf(await get('/maybe', { ...proof, ...headers }))).toEqual({
      status: 401,
      code: 'session_invalid',
    });
  });

  test("the proxy's session overrides a token's signature, except for machines", async () => {
    const person = app.issuer.accessToken();
    expect(await codeOf(await get('/me', proof, person))).toEqual({
      status: 401,
      code: 'session_invalid',
    });
    const machine = await get(
      '/me',
      proof,
      app.issuer.machineToken({ audience: app.issuer.issuer }),
    );
    expect(await machine.json()).toMatchObject({ isMachine: true, via: 'jwt' });
    expect(
      await codeOf(await get('/me', proof, app.issuer.wrongToken('foreign key'))),
    ).toMatchObject({ status: 401, code: 'token_invalid' });
    expect(await codeOf(await get('/me', { ...proof, ...session }, person))).toEqual({
      status: 401,
      code: 'session_invalid',
    });
    const same = app.issuer.accessToken({ sub: 'user-1' });
    expect(await (await get('/me', { ...proof, ...session }, same)).json()).toMatchObject({
      sub: 'user-1',
      via: 'proxy',
    });
  });

  test.each([
    ['no secret', {}],
    ['another one', { 'x-proxy-secret': 'a-secret-of-the-proxy-2' }],
    ['a shorter one', { 'x-proxy-secret': SECRET.slice(0, -1) }],
    ['a longer one', { 'x-proxy-secret': `${SECRET}1` }],
    ['an empty one', { 'x-proxy-secret': '' }],
  ])('without proof the headers are ignored: %s', async (_, headers) => {
    expect(await codeOf(await get('/me', { ...session, ...headers }))).toEqual({
      status: 401,
      code: 'credentials_missing',
    });
    expect(await (await get('/maybe', { ...session, ...headers })).json()).toEqual({
      sub: 'nobody',
    });
    expect(
      await (
        await get('/me', { ...session, ...headers }, app.issuer.accessToken({ sub: 'user-2' }))
      ).json(),
    ).toMatchObject({ sub: 'user-2' });
  });

  test('they cause one warning per interval', async () => {
    const own = await start(platform, { secret: SECRET });
    for (let count = 0; count < 3; count += 1) await own.get('/maybe', undefined, session);
    expect(own.logger.lines.filter((line) => line.includes('proxy_headers_untrusted'))).toEqual([
      expect.stringMatching(/^warn Warning proxy_headers_untrusted .*client bypasses the proxy/),
    ]);
    expect(own.logger.lines.join()).not.toContain('user-1');
  });

  test('repeated headers are 400: one may come from the client', async () => {
    const { hostname, port } = new URL(app.url);
    const status = await new Promise((resolve, reject) => {
      const sent = request(
        {
          hostname,
          port,
          path: '/me',
          headers: { ...proof, ...session, 'x-authgear-user-roles': ['cashier', 'admin'] },
        },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        },
      );
      sent.on('error', reject).end();
    });
    expect(status).toBe(400);
  });

  test('cookies are ambient here too', async () => {
    const post = (headers: Record<string, string>) =>
      fetch(`${app.url}/me`, { method: 'POST', headers: { ...proof, ...session, ...headers } });
    expect(
      await codeOf(await post({ cookie: 'session=a', origin: 'https://evil.example' })),
    ).toEqual({ status: 403, code: 'cross_origin_request' });
    expect((await post({ cookie: 'session=a', origin: 'https://app.example' })).status).toBe(201);
    expect(
      (await post({ authorization: `Bearer ${'a'.repeat(32)}`, origin: 'https://evil.example' }))
        .status,
    ).toBe(201);
  });
});

test.each(platforms)('a function can be the proof, on %s', async (platform) => {
  const app = await start(platform, {
    trust: ({ headers }) => headers['x-client-certificate'] === 'good',
  });
  expect(
    (await app.get('/me', undefined, { ...session, 'x-client-certificate': 'good' })).status,
  ).toBe(200);
  expect((await app.get('/me', undefined, { ...session, ...proof })).status).toBe(401);
  const careless = await start(platform, {
    trust: (async () => false) as unknown as () => boolean,
  });
  expect((await careless.get('/me', undefined, session)).status).toBe(401);
});

describe.each(platforms)('the proof, on %s', (platform) => {
  /** Headers one by one, as a client writes them. */
  const ask = async (app: TestApp, headers: (readonly [string, string])[]) => {
    const { hostname, port } = new URL(app.url);
    const raw = [['host', hostname], ...headers].flat();
    const sent = request({
      hostname,
      port,
      path: '/maybe',
      headers: raw as never,
      setHost: false,
    }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const { code } = JSON.parse(await text(response)) as { code?: string };
    return { status: response.statusCode, ...(code === undefined ? {} : { code }) };
  };

  test('two of them are 400', async () => {
    const app = await start(platform, { secret: SECRET });
    for (const others of [SECRET, 'guess'])
      expect(await ask(app, [...Object.entries(proof), ['X-Proxy-Secret', others]])).toEqual({
        status: 400,
        code: 'proxy_headers_invalid',
      });
    await app.close();
  });

  test('is found behind 1,000 other headers', async () => {
    const app = await start(platform, { secret: SECRET, required: true });
    const padding = Array.from({ length: 1_100 }, (_, index) => [`a${index}`, ''] as const);
    expect(await ask(app, [...padding, ...Object.entries({ ...proof, ...session })])).toEqual({
      status: 200,
    });
    await app.close();
  });

  test('with required: requests without it are refused, whatever else they carry', async () => {
    const app = await start(platform, { secret: SECRET, required: true });
    const refused = { status: 403, code: 'proxy_required' };
    const token = app.issuer.accessToken();
    expect(await codeOf(await app.get('/maybe'))).toEqual(refused);
    expect(await codeOf(await app.get('/me', token))).toEqual(refused);
    expect(await codeOf(await app.get('/me', undefined, session))).toEqual(refused);
    expect(
      await codeOf(await app.get('/me', undefined, { ...session, 'x-proxy-secret': 'guess' })),
    ).toEqual(refused);
    expect((await app.get('/maybe', undefined, proof)).status).toBe(200);
    await app.close();
  });
});
