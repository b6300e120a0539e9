import { Controller, Get } from '@nestjs/common';
import type { AuthenticationStrategy } from '../../lib/options/contracts.js';
import { MaxStaleness } from '../../lib/routes/decorators/authentication.js';
import { AuthError } from '../../lib/core/errors.js';
import { AuthgearUser } from '../../lib/core/user.js';
import { CurrentUser } from '../../lib/transports/current-user.js';
import { platforms, startTestApp } from '../support/app.js';

@Controller()
class RoutesController {
  @Get('me')
  me(@CurrentUser() user: AuthgearUser) {
    return user;
  }

  @Get('fresh')
  @MaxStaleness('10s')
  fresh() {
    return {};
  }
}

/** Keys of the application's own, in a header. */
const apiKeys = (confirmedAt?: number): AuthenticationStrategy<string> => ({
  name: 'api-key',
  extract: ({ headers }) => headers['x-api-key'] as string | undefined,
  authenticate: (key) => {
    if (key !== 'good') throw new AuthError('session_invalid', 'no such key');
    const user = new AuthgearUser({
      sub: 'key-1',
      issuer: 'https://keys.example',
      via: 'api-key',
      scopes: ['read:reports'],
    });
    return confirmedAt === undefined ? { user } : { user, confirmedAt };
  },
});
const codeOf = async (response: Response) => ({
  status: response.status,
  code: ((await response.json()) as { code?: string }).code,
});

describe.each(platforms)("a strategy of the application's, on %s", (platform) => {
  const start = (strategy: AuthenticationStrategy) =>
    startTestApp({
      platform,
      controllers: [RoutesController],
      options: { strategies: [strategy], resolver: { cookies: true } },
    });

  test('works in addition to bearer tokens and cookies', async () => {
    const { get, issuer } = await start(apiKeys());
    const user = {
      sub: 'key-1',
      via: 'api-key',
      scopes: ['read:reports'],
      roles: [],
      isMachine: false,
    };
    expect(await (await get('/me', undefined, { 'x-api-key': 'good' })).json()).toMatchObject(user);
    expect(await (await get('/me', issuer.accessToken({ sub: 'user-1' }))).json()).toMatchObject({
      sub: 'user-1',
      via: 'jwt',
    });
    const { cookie } = issuer.openSession({ sub: 'user-2' });
    expect(await (await get('/me', undefined, { cookie })).json()).toMatchObject({
      sub: 'user-2',
      via: 'resolver',
    });
    // A cookie comes by itself: what was sent on purpose decides.
    expect(
      await (await get('/me', undefined, { cookie, 'x-api-key': 'good' })).json(),
    ).toMatchObject(user);
    expect(await codeOf(await get('/me', undefined, { cookie, 'x-api-key': 'bad' }))).toEqual({
      status: 401,
      code: 'session_invalid',
    });
  });

  test('two credentials are 400', async () => {
    const { get, issuer } = await start(apiKeys());
    expect(await codeOf(await get('/me', issuer.accessToken(), { 'x-api-key': 'good' }))).toEqual({
      status: 400,
      code: 'multiple_credentials',
    });
  });

  test('@MaxStaleness() checks its confirmedAt', async () => {
    const silent = await start(apiKeys());
    expect(await codeOf(await silent.get('/fresh', undefined, { 'x-api-key': 'good' }))).toEqual({
      status: 403,
      code: 'confirmation_not_supported',
    });
    const fresh = await start(apiKeys(Date.now() / 1000));
    expect((await fresh.get('/fresh', undefined, { 'x-api-key': 'good' })).status).toBe(200);
    fresh.issuer.clock.advance('11s');
    expect(await codeOf(await fresh.get('/fresh', undefined, { 'x-api-key': 'good' }))).toEqual({
      status: 503,
      code: 'session_unconfirmed',
    });
  });

  test('its user must have the name of the strategy as via', async () => {
    const strategy = {
      ...apiKeys(),
      authenticate: () => ({ user: new AuthgearUser({ sub: 'a', issuer: 'b', via: 'jwt' }) }),
    };
    const { get } = await start(strategy);
    expect((await get('/me', undefined, { 'x-api-key': 'good' })).status).toBe(500);
  });
});
