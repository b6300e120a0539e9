import { Controller, Get, Post } from '@nestjs/common';
import { OptionalAuth } from '../../lib/routes/decorators/access.js';
import { Roles } from '../../lib/routes/decorators/permissions.js';
import { Scopes } from '../../lib/routes/decorators/permissions.js';
import { Amr } from '../../lib/routes/decorators/authentication.js';
import { MaxAuthAge } from '../../lib/routes/decorators/authentication.js';
import { AuthgearUser } from '../../lib/core/user.js';
import { CurrentUser } from '../../lib/transports/current-user.js';
import type { ResolverOptions } from '../../lib/options/session-options.js';
import { platforms, startTestApp, type TestApp } from '../support/app.js';

@Controller()
class RoutesController {
  @Get('me')
  me(@CurrentUser() user: AuthgearUser) {
    return user;
  }

  @Post('me')
  change(@CurrentUser('sub') sub: string) {
    return { sub };
  }

  @Get('maybe')
  @OptionalAuth()
  maybe(@CurrentUser('sub') sub?: string) {
    return { sub: sub ?? 'nobody' };
  }

  @Get('scoped')
  @Scopes('read:reports')
  scoped() {
    return {};
  }

  @Get('managers')
  @Roles('store_manager')
  @Amr('mfa')
  @MaxAuthAge('1m')
  managers() {
    return {};
  }
}

const RESOLVE = '/_resolver/resolve';

describe.each(platforms)('sessions on %s', (platform) => {
  const start = (resolver: ResolverOptions = { cookies: true, opaqueTokens: true }) =>
    startTestApp({ platform, controllers: [RoutesController], options: { resolver } });
  let app: TestApp;
  beforeAll(async () => {
    app = await start();
  });
  afterAll(() => app.close());
  afterEach(() => app.issuer.recover());

  const codeOf = async (response: Response) => ({
    status: response.status,
    code: ((await response.json()) as { code?: string }).code,
  });
  const withCookie = (path: string, cookie: string, headers: Record<string, string> = {}) =>
    app.get(path, undefined, { cookie, ...headers });

  test('the resolver turns a session cookie into a user', async () => {
    const session = app.issuer.openSession({
      sub: 'user-1',
      roles: ['store_manager', 'cashier'],
      amr: ['pwd', 'mfa'],
      isVerified: false,
    });
    const response = await withCookie('/me', session.cookie);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      sub: 'user-1',
      issuer: app.issuer.issuer,
      via: 'resolver',
      roles: ['store_manager', 'cashier'],
      amr: ['pwd', 'mfa'],
      scopes: [],
      audience: [],
      isVerified: false,
      isMachine: false,
      claims: {},
    });
  });

  test.each(['session', 'app_session', 'app_access_token'] as const)(
    'the cookie %s',
    async (name) => {
      const session = app.issuer.openSession({ sub: `user-${name}` });
      const response = await withCookie(
        '/me',
        `theme=dark; ${name}=${session.cookies[name]}; other=1`,
      );
      expect(await response.json()).toMatchObject({ sub: `user-${name}` });
    },
  );

  test('an opaque token is a user', async () => {
    const { opaqueToken } = app.issuer.openSession({ sub: 'user-2' });
    expect(await (await app.get('/me', opaqueToken)).json()).toMatchObject({
      sub: 'user-2',
      via: 'resolver',
    });
  });

  test('a JWT is verified here, and says so', async () => {
    const before = app.issuer.requestsTo(RESOLVE).length;
    expect(await (await app.get('/me', app.issuer.accessToken())).json()).toMatchObject({
      via: 'jwt',
    });
    expect(app.issuer.requestsTo(RESOLVE)).toHaveLength(before);
  });

  test('only the credential and the client information are forwarded', async () => {
    const session = app.issuer.openSession();
    const headers = {
      'user-agent': 'Browser/1.0',
      'x-forwarded-for': '203.0.113.7',
      'x-secret': 'other',
      'x-authgear-user-id': 'spoofed',
    };
    await withCookie('/me', `theme=dark; ${session.cookie}; tracking=1`, headers);
    const { method, headers: sent } = app.issuer.requestsTo(RESOLVE).at(-1)!;
    expect({ method, cookie: sent.cookie, authorization: sent.authorization }).toEqual({
      method: 'GET',
      cookie: session.cookie,
      authorization: undefined,
    });
    expect(sent['user-agent']).toBe('Browser/1.0');
    expect(sent['x-forwarded-for']).toMatch(/^(?:::ffff:)?127\.0\.0\.1$/);
    expect(sent).not.toHaveProperty('x-secret');
    expect(sent).not.toHaveProperty('x-authgear-user-id');
  });

  test('a bearer beside a cookie decides alone, and the cookie stays here', async () => {
    const session = app.issuer.openSession({ sub: 'cookie-user' });
    const bad = await codeOf(
      await app.get('/me', app.issuer.wrongToken('expired'), { cookie: session.cookie }),
    );
    expect(bad).toEqual({ status: 401, code: 'token_expired' });
    const opaque = await codeOf(
      await app.get('/me', app.issuer.opaqueToken(), { cookie: session.cookie }),
    );
    expect(opaque).toEqual({ status: 401, code: 'session_invalid' });
    expect(app.issuer.requestsTo(RESOLVE).at(-1)?.headers.cookie).toBeUndefined();
    expect(
      await (
        await app.get('/me', app.issuer.accessToken({ sub: 'token-user' }), {
          cookie: session.cookie,
        })
      ).json(),
    ).toMatchObject({
      sub: 'token-user',
    });
  });

  test('two session cookies of one name are 400', async () => {
    expect(await codeOf(await withCookie('/me', 'session=one; session=two'))).toEqual({
      status: 400,
      code: 'multiple_credentials',
    });
  });

  test.each(['app_session', 'app_access_token'] as const)(
    'a bad %s is 401, for the header is absent',
    async (name) => {
      const response = await withCookie('/maybe', `${name}=nonsense`);
      expect(await codeOf(response)).toEqual({ status: 401, code: 'session_invalid' });
      expect(response.headers.getSetCookie()).toEqual([]);
    },
  );

  test('a bad session cookie is 401 and is cleared', async () => {
    const response = await withCookie('/maybe', 'session=nonsense');
    expect(await codeOf(response)).toEqual({ status: 401, code: 'session_invalid' });
    expect(response.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^session=; Path=\/; Expires=Thu, 01 Jan 1970/),
    ]);
  });

  test('no cookie is anonymous', async () => {
    expect(await (await withCookie('/maybe', 'theme=dark; session=')).json()).toEqual({
      sub: 'nobody',
    });
    expect(await codeOf(await app.get('/me'))).toEqual({
      status: 401,
      code: 'credentials_missing',
    });
  });

  test('a session has roles, methods and an age, but no scopes', async () => {
    const good = app.issuer.openSession({ roles: ['store_manager'], amr: ['mfa'] });
    expect((await withCookie('/managers', good.cookie)).status).toBe(200);
    expect(
      await codeOf(await withCookie('/managers', app.issuer.openSession({ amr: ['mfa'] }).cookie)),
    ).toMatchObject({ code: 'role_missing' });
    const old = app.issuer.openSession({
      roles: ['store_manager'],
      amr: ['mfa'],
      authTime: Math.floor(app.issuer.clock.seconds) - 61,
    });
    expect(await codeOf(await withCookie('/managers', old.cookie))).toEqual({
      status: 401,
      code: 'authentication_too_old',
    });
    const scoped = await withCookie('/scoped', good.cookie);
    expect(await codeOf(scoped)).toEqual({ status: 403, code: 'session_has_no_scopes' });
    expect(scoped.headers.get('www-authenticate')).toBeNull();
  });

  test('good answers are used for five seconds, bad ones never', async () => {
    const session = app.issuer.openSession({ sub: 'cached' });
    const asked = () => app.issuer.requestsTo(RESOLVE).length;
    await withCookie('/me', session.cookie);
    const before = asked();
    await Promise.all(Array.from({ length: 10 }, () => withCookie('/me', session.cookie)));
    expect(asked()).toBe(before);
    app.issuer.clock.advance('5s');
    await Promise.all(Array.from({ length: 10 }, () => withCookie('/me', session.cookie)));
    expect(asked()).toBe(before + 1);
    app.issuer.endSession(session);
    app.issuer.clock.advance('5s');
    expect((await withCookie('/me', session.cookie)).status).toBe(401);
    expect((await withCookie('/me', session.cookie)).status).toBe(401);
    expect(asked()).toBe(before + 3);
  });

  test.each(['reset', 'redirect', 500, 404] as const)(
    'a resolver that fails (%s) is 503, not a logout',
    async (outage) => {
      const session = app.issuer.openSession();
      app.issuer.outage(outage, RESOLVE);
      const response = await withCookie('/me', session.cookie);
      expect(await codeOf(response)).toEqual({ status: 503, code: 'session_unconfirmed' });
      expect(response.headers.get('retry-after')).toBe('1');
    },
  );

  test('nothing of it is logged', async () => {
    const { cookies, opaqueToken } = app.issuer.openSession();
    app.issuer.outage('reset', RESOLVE);
    await withCookie('/me', `session=${cookies.session}`);
    await app.get('/me', opaqueToken);
    expect(app.logger.lines.join('\n')).not.toMatch(
      new RegExp(`${cookies.session}|${opaqueToken}`),
    );
  });

  describe('unsafe methods', () => {
    const post = (headers: Record<string, string>) =>
      fetch(`${app.url}/me`, { method: 'POST', headers });
    const cookie = () => app.issuer.openSession().cookie;
    const own = () => new URL(app.url).origin;

    test.each([
      ['same-origin by Sec-Fetch-Site', () => ({ 'sec-fetch-site': 'same-origin' })],
      ['by the person, and no page', () => ({ 'sec-fetch-site': 'none' })],
      ['same-origin by Origin', () => ({ origin: own() })],
    ])('%s', async (_, headers) => {
      expect((await post({ cookie: cookie(), ...headers() })).status).toBe(201);
    });

    test.each([
      ['cross-site', () => ({ 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' })],
      [
        'same-site is another origin',
        () => ({ 'sec-fetch-site': 'same-site', origin: 'https://sub.example' }),
      ],
      [
        'Sec-Fetch-Site comes before Origin',
        () => ({ 'sec-fetch-site': 'cross-site', origin: own() }),
      ],
      ['another origin', () => ({ origin: 'https://evil.example' })],
      ['an opaque origin', () => ({ origin: 'null' })],
      ['nothing that tells', () => ({})],
    ])('refused: %s', async (_, headers) => {
      const before = app.issuer.requestsTo(RESOLVE).length;
      expect(await codeOf(await post({ cookie: cookie(), ...headers() }))).toEqual({
        status: 403,
        code: 'cross_origin_request',
      });
      expect(app.issuer.requestsTo(RESOLVE)).toHaveLength(before);
    });

    test('a bearer token may come from anywhere', async () => {
      const authorization = `Bearer ${app.issuer.accessToken()}`;
      expect(
        (await post({ authorization, 'sec-fetch-site': 'cross-site', cookie: cookie() })).status,
      ).toBe(201);
    });
  });
});

test('allowedOrigins, cookiePrefix, HEAD and url', async () => {
  const { issuer, url, get } = await startTestApp({
    controllers: [RoutesController],
    options: {
      resolver: {
        cookies: true,
        method: 'HEAD',
        cookiePrefix: 'my_',
        allowedOrigins: ['https://app.example'],
      },
    },
  });
  issuer.cookiePrefix = 'my_';
  const { cookie, cookies } = issuer.openSession({ sub: 'prefixed' });
  const post = (origin: string) =>
    fetch(`${url}/me`, {
      method: 'POST',
      headers: { cookie, origin, 'sec-fetch-site': 'cross-site' },
    });
  expect((await post('https://app.example')).status).toBe(201);
  expect((await post('https://app.example.evil')).status).toBe(403);
  expect(issuer.requestsTo(RESOLVE).at(-1)?.method).toBe('HEAD');
  expect((await get('/me', undefined, { cookie: `session=${cookies.session}` })).status).toBe(401);
});

test('opaque tokens and cookies are off unless switched on', async () => {
  const { issuer, get } = await startTestApp({
    controllers: [RoutesController],
    options: { resolver: {} },
  });
  const { cookie, opaqueToken } = issuer.openSession();
  expect(await (await get('/me', undefined, { cookie })).json()).toMatchObject({
    code: 'credentials_missing',
  });
  expect(await (await get('/me', opaqueToken)).json()).toMatchObject({ code: 'token_is_opaque' });
  expect(issuer.requestsTo(RESOLVE)).toEqual([]);
});
