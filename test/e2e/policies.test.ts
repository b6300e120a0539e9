import { Controller, Get, Injectable, type ExecutionContext } from '@nestjs/common';
import { TokenService } from '../../lib/credentials/bearer/token.service.js';
import type { Policy } from '../../lib/routes/custom-policies.js';
import { Authorize } from '../../lib/routes/decorators/permissions.js';
import { MaxAuthAge } from '../../lib/routes/decorators/authentication.js';
import { Roles } from '../../lib/routes/decorators/permissions.js';
import { NotAnonymous, Verified } from '../../lib/routes/decorators/permissions.js';
import { Amr } from '../../lib/routes/decorators/authentication.js';
import type { AuthgearUser } from '../../lib/core/user.js';
import { authgear, authpi, oidc } from '../../lib/options/profiles.js';
import { TestClock } from '../../lib/testing/test-clock.js';
import { TestIssuer } from '../../lib/testing/test-issuer.js';
import type { AccessTokenFields } from '../../lib/testing/token-shape.js';
import { platforms, startTestApp, type TestApp } from '../support/app.js';

@Injectable()
class Tenants {
  readonly open = ['acme'];
}

@Injectable()
class TenantPolicy implements Policy {
  constructor(private readonly tenants: Tenants) {}
  async authorize(user: AuthgearUser, context: ExecutionContext): Promise<boolean> {
    const { params } = context.switchToHttp().getRequest<{ params: { tenant: string } }>();
    return this.tenants.open.includes(params.tenant) && user.claims['tenant'] === params.tenant;
  }
}

@Controller()
class RoutesController {
  @Roles('store_manager') @Get('roles') roles() {
    return {};
  }
  @Roles({ anyOf: ['admin', 'store_manager'] }) @Get('any-role') anyRole() {
    return {};
  }
  @Verified() @NotAnonymous() @Get('verified') verified() {
    return {};
  }
  @Amr('mfa') @Get('mfa') mfa() {
    return {};
  }
  @Authorize((user) => user.sub.startsWith('staff-'), 'not of the staff') @Get('staff') staff() {
    return {};
  }
  @Authorize((() => 'yes') as never, 'not a boolean') @Get('odd') odd() {
    return {};
  }
  @Authorize(TenantPolicy, 'not of this tenant') @Get('tenants/:tenant') tenant() {
    return {};
  }
  @MaxAuthAge('5m') @Get('sensitive') sensitive() {
    return {};
  }
  @MaxAuthAge('5m', { ifCannotReauthenticate: 'allow' }) @Get('lenient') lenient() {
    return {};
  }
  @Get('plain') plain() {
    return {};
  }
}

describe.each(platforms)('policies on %s', (platform) => {
  const clock = new TestClock();
  let people: TestIssuer;
  let others: TestIssuer;
  let t: TestApp;
  beforeAll(async () => {
    people = await TestIssuer.listen({ clock });
    others = await TestIssuer.listen({ clock, kind: 'authpi' });
    t = await startTestApp({
      platform,
      controllers: [RoutesController],
      providers: [TenantPolicy, Tenants],
      configure: () => ({
        clock: clock.now,
        idToken: { header: 'X-Id-Token' },
        issuers: [
          authgear({ issuer: people.issuer, audience: people.issuer }),
          authpi({ issuer: others.issuer, audience: 'c_test' }),
        ],
      }),
    });
  });
  afterAll(async () => {
    await t.close();
    await Promise.all([people.close(), others.close()]);
  });

  /** Status, code and challenge in one line. */
  const answer = async (path: string, token: string, headers?: Record<string, string>) => {
    const response = await t.get(path, token, headers);
    const { code } = (await response.json()) as { code?: string };
    const error = /error="(\w+)"/.exec(response.headers.get('www-authenticate') ?? '')?.[1];
    return [response.status, code, error].filter((part) => part !== undefined).join(' ');
  };

  test.each<[string, AccessTokenFields, string]>([
    ['/roles', { roles: ['store_manager'] }, '200'],
    ['/roles', { roles: ['admin'] }, '403 role_missing'],
    ['/any-role', { roles: ['admin'] }, '200'],
    ['/any-role', {}, '403 role_missing'],
    ['/verified', {}, '200'],
    ['/verified', { isVerified: false }, '403 user_not_verified'],
    ['/verified', { isAnonymous: true }, '403 user_is_anonymous'],
    ['/mfa', { amr: ['pwd', 'otp', 'mfa'] }, '200'],
    [
      '/mfa',
      { amr: ['pwd'] },
      '401 authentication_method_missing insufficient_user_authentication',
    ],
    ['/mfa', { amr: ['pwd'], canReauthenticate: false }, '403 user_cannot_reauthenticate'],
    ['/staff', { sub: 'staff-1' }, '200'],
    ['/staff', { sub: 'user-1' }, '403 policy_denied'],
    ['/odd', {}, '403 policy_denied'],
    ['/tenants/acme', { claims: { tenant: 'acme' } }, '200'],
    ['/tenants/acme', { claims: { tenant: 'other' } }, '403 policy_denied'],
    ['/tenants/other', { claims: { tenant: 'other' } }, '403 policy_denied'],
    ['/sensitive', { authTime: 1, canReauthenticate: false }, '403 user_cannot_reauthenticate'],
    ['/lenient', { authTime: 1, canReauthenticate: false }, '200'],
    ['/lenient', { authTime: 1 }, '401 authentication_too_old insufficient_user_authentication'],
  ])('%s with %j: %s', async (path, fields, expected) => {
    expect(await answer(path, people.accessToken(fields))).toBe(expected);
  });

  test('a machine has neither roles nor a method', async () => {
    const machine = people.machineToken({ audience: people.issuer });
    expect(await answer('/roles', machine)).toBe('403 role_missing');
    expect(await answer('/mfa', machine)).toBe('403 machine_cannot_reauthenticate');
  });

  test('the reason of a policy is in the log', async () => {
    await answer('/staff', people.accessToken({ sub: 'user-1' }));
    expect(t.logger.lines.join('\n')).toContain('not of the staff');
  });

  describe('step-up by ID token', () => {
    const stale = (fields: AccessTokenFields = {}) =>
      people.accessToken({ sub: 'ada', authTime: 1, ...fields });
    const fresh = (fields: AccessTokenFields = {}) => people.idToken({ sub: 'ada', ...fields });
    const call = (accessToken: string, idToken: string) =>
      answer('/sensitive', accessToken, { 'x-id-token': idToken });
    const bad = '401 id_token_invalid invalid_token';
    const now = () => Math.floor(clock.seconds);

    test('a fresh one of the same user and client steps up', async () => {
      expect(await call(stale(), fresh())).toBe('200');
    });

    test('the newer of both times counts', async () => {
      expect(await call(people.accessToken({ sub: 'ada' }), fresh({ authTime: 1 }))).toBe('200');
      expect(await call(stale(), fresh({ authTime: 1 }))).toBe(
        '401 authentication_too_old insufficient_user_authentication',
      );
    });

    test.each<[string, () => string]>([
      ['of another user', () => fresh({ sub: 'bob' })],
      ['of another client', () => fresh({ clientId: 'other-client' })],
      ['of another issuer', () => others.idToken({ sub: 'ada', clientId: 'test-client' })],
      [
        'an access token in its place',
        () => people.accessToken({ sub: 'ada', audience: 'test-client' }),
      ],
      ['expired', () => fresh({ claims: { exp: now() - 6 } })],
      ['without auth_time', () => fresh({ authTime: null })],
      ['with an auth_time that is text', () => fresh({ claims: { auth_time: 'now' } })],
      ['with an auth_time of the future', () => fresh({ authTime: now() + 60 })],
      [
        'of several audiences, asked for by another',
        () => fresh({ claims: { aud: ['test-client', 'other'], azp: 'other' } }),
      ],
      ['unsigned', () => `${fresh().split('.').slice(0, 2).join('.')}.`],
      [
        'with a foreign signature',
        () => `${fresh().split('.').slice(0, 2).join('.')}.${fresh({ sub: 'bob' }).split('.')[2]}`,
      ],
      ['garbage', () => 'garbage'],
      ['empty', () => ''],
    ])(
      'one that is bad is refused, even where the access token alone would do: %s',
      async (_, idToken) => {
        expect(await call(stale(), idToken())).toBe(bad);
        expect(await call(people.accessToken({ sub: 'ada' }), idToken())).toBe(bad);
      },
    );

    test('one that is bound to a key is accepted: it is no bearer token', async () => {
      expect(await call(stale(), fresh({ claims: { cnf: { jkt: 'a' } } }))).toBe('200');
    });

    test('it is read on routes with @MaxAuthAge() only', async () => {
      expect(await answer('/plain', stale(), { 'x-id-token': 'garbage' })).toBe('200');
    });

    test('AuthPI, whose access tokens have no authentication time', async () => {
      const accessToken = others.accessToken({ sub: 'usr_a' });
      expect(await call(accessToken, others.idToken({ sub: 'usr_a' }))).toBe('200');
      expect(await call(accessToken, others.idToken({ sub: 'usr_b' }))).toBe(bad);
      expect(await call(accessToken, others.idToken({ sub: 'usr_a', authTime: 1 }))).toBe(
        '401 authentication_too_old insufficient_user_authentication',
      );
    });

    test("AuthPI's refresh token is no ID token", async () => {
      expect(
        await call(others.accessToken({ sub: 'usr_a' }), others.refreshToken({ sub: 'usr_a' })),
      ).toBe(bad);
    });

    test('TokenService.verifyIdToken', async () => {
      const tokens = t.app.get(TokenService);
      const user = await tokens.verifyAccessToken(stale());
      expect(await tokens.verifyIdToken(fresh(), { user })).toMatchObject({
        sub: 'ada',
        issuer: people.issuer,
        audience: ['test-client'],
      });
      expect(
        (await tokens.verifyIdToken(fresh(), { clientId: 'test-client', maxAge: 60 })).authTime,
      ).toBe(now() - 10);
      await expect(
        tokens.verifyIdToken(fresh(), { clientId: 'test-client', maxAge: 5 }),
      ).rejects.toMatchObject({ code: 'id_token_invalid' });
      expect(
        (await tokens.verifyIdToken(fresh(), { clientId: 'test-client', maxAge: '1m' })).authTime,
      ).toBe(now() - 10);
      await expect(
        tokens.verifyIdToken(fresh(), { clientId: 'test-client', maxAge: '5s' }),
      ).rejects.toMatchObject({ code: 'id_token_invalid' });
      for (const maxAge of [Number.NaN, -1, Infinity, '5', 'soon', null]) {
        const asking = tokens.verifyIdToken(fresh(), {
          clientId: 'test-client',
          maxAge: maxAge as number,
        });
        await expect(asking).rejects.toThrow(
          new TypeError(
            `verifyIdToken(): maxAge ${maxAge} is not a number of seconds or a string such as '5m'`,
          ),
        );
      }
      await expect(
        tokens.verifyIdToken(fresh(), { user, clientId: 'another' }),
      ).rejects.toMatchObject({ code: 'id_token_invalid' });
      await expect(tokens.verifyIdToken(fresh(), {})).rejects.toMatchObject({
        code: 'id_token_invalid',
        cause: { code: 'client_not_allowed' },
      });
    });
  });
});

test('a function may find the ID token; without the option none is read', async () => {
  const setup = { controllers: [RoutesController], providers: [TenantPolicy, Tenants] };
  const byQuery = await startTestApp({
    ...setup,
    options: { idToken: { from: ({ query }) => (query as { id_token?: string }).id_token } },
  });
  const stale = byQuery.issuer.accessToken({ sub: 'ada', authTime: 1 });
  expect(
    (await byQuery.get(`/sensitive?id_token=${byQuery.issuer.idToken({ sub: 'ada' })}`, stale))
      .status,
  ).toBe(200);
  expect((await byQuery.get('/sensitive?id_token=a&id_token=b', stale)).status).toBe(401);
  const without = await startTestApp(setup);
  const idToken = without.issuer.idToken({ sub: 'ada' });
  expect(
    (
      await without.get('/sensitive', without.issuer.accessToken({ sub: 'ada', authTime: 1 }), {
        'x-id-token': idToken,
      })
    ).status,
  ).toBe(401);
});

test.each([
  { header: '' },
  { header: 'Authorization' },
  { header: 'x y' },
  {},
  'x-id-token',
  { header: 'x', from: () => 'y' },
])('a bad option does not start: %p', async (idToken) => {
  await expect(startTestApp({ options: { idToken: idToken as never } })).rejects.toMatchObject({
    code: 'configuration_invalid',
    message: expect.stringContaining('- idToken: received'),
  });
});

test('if typ does not separate them, an access token does not count as an ID token', async () => {
  const issuer = new TestIssuer({ issuer: 'https://sso.example' });
  const t = await startTestApp({
    controllers: [RoutesController],
    providers: [TenantPolicy, Tenants],
    configure: () => ({
      ...oidc({
        issuer: issuer.issuer,
        audience: 'api',
        typ: 'JWT',
        clientIdClaim: 'azp',
        trustAuthTime: false,
        jwks: issuer.jwks(),
      }),
      clock: issuer.clock.now,
      idToken: { header: 'x-id-token' },
    }),
  });
  const accessToken = issuer.accessToken({
    header: { typ: 'JWT' },
    claims: { aud: ['api', 'spa'], azp: 'spa' },
  });
  expect((await t.get('/sensitive', accessToken)).status).toBe(401);
  expect(
    await (await t.get('/sensitive', accessToken, { 'x-id-token': accessToken })).json(),
  ).toMatchObject({ code: 'id_token_invalid' });
  const idToken = issuer.idToken({ clientId: 'spa' });
  expect((await t.get('/sensitive', accessToken, { 'x-id-token': idToken })).status).toBe(200);
});

test('a decorator that wraps the handler and drops its metadata does not start', async () => {
  const Wrap: MethodDecorator = (_, __, descriptor: PropertyDescriptor) => {
    const inner = descriptor.value as (...args: unknown[]) => unknown;
    descriptor.value = function wrapped(this: unknown, ...args: unknown[]) {
      return inner.apply(this, args);
    };
  };
  @Controller('wrapped')
  class WrappedController {
    @Get() @Wrap @Roles('admin') lost() {
      return {};
    }
  }
  @Controller('fine')
  class FineController {
    @Get() @Roles('admin') @Wrap kept() {
      return {};
    }
  }
  await expect(startTestApp({ controllers: [WrappedController] })).rejects.toMatchObject({
    message: expect.stringContaining('WrappedController.lost() was replaced by another decorator'),
  });
  const started = startTestApp({ controllers: [FineController] });
  await expect(started).resolves.toBeDefined();
});

test('a policy class without the method is refused at decoration', () => {
  class Odd {
    authorize = () => true;
  }
  expect(() => Authorize(Odd, 'why')).toThrow(TypeError);
});
