import { Controller, Get, Injectable, type PipeTransform } from '@nestjs/common';
import { MaxAuthAge } from '../../lib/routes/decorators/authentication.js';
import { OptionalAuth } from '../../lib/routes/decorators/access.js';
import { Public } from '../../lib/routes/decorators/access.js';
import { Scopes } from '../../lib/routes/decorators/permissions.js';
import { AuthgearUser } from '../../lib/core/user.js';
import { CurrentUser } from '../../lib/transports/current-user.js';
import { platforms, startTestApp, type TestApp } from '../support/app.js';

@Injectable()
class ShoutPipe implements PipeTransform<string> {
  transform(text: string): string {
    return text.toUpperCase();
  }
}

@Controller()
class RoutesController {
  @Get('me') me(@CurrentUser() user: AuthgearUser) {
    return user;
  }
  @Get('piped') piped(@CurrentUser('sub', ShoutPipe) sub: string) {
    return { sub };
  }
  @Get('sub') sub(@CurrentUser('sub') sub: string) {
    return { sub };
  }
  @Public() @Get('public') open(@CurrentUser() user?: AuthgearUser) {
    return { user: user ?? null };
  }
  @OptionalAuth() @Get('optional') optional(@CurrentUser() user?: AuthgearUser) {
    return { sub: user?.sub ?? null };
  }
  @OptionalAuth() @Scopes('read:reports') @Get('optional-scoped') optionalScoped() {
    return {};
  }
  @Scopes('read:reports') @Scopes('list:reports') @Get('reports') reports() {
    return {};
  }
  @Scopes({ anyOf: ['admin', 'write:reports'] }) @Get('any') any() {
    return {};
  }
  @MaxAuthAge('5m') @Get('sensitive') sensitive() {
    return {};
  }
  @Scopes('admin') @MaxAuthAge(300) @Get('both') both() {
    return {};
  }
}

@Scopes('class:scope')
@MaxAuthAge('1h')
@Controller('class')
class ClassController {
  @Scopes('handler:scope') @MaxAuthAge('5m') @Get('strict') strict() {
    return {};
  }
  @Get('plain') plain() {
    return {};
  }
  @Public() @Get('open') open() {
    return {};
  }
}

describe.each(platforms)('answers on %s', (platform) => {
  let t: TestApp;
  beforeAll(async () => {
    t = await startTestApp({ platform, controllers: [RoutesController, ClassController] });
  });
  afterAll(() => t.close());

  async function expectRefusal(
    response: Response,
    status: number,
    challenge: string | null,
    code: string,
  ): Promise<void> {
    const body: unknown = await response.json();
    expect({
      status: response.status,
      challenge: response.headers.get('www-authenticate'),
      body,
    }).toEqual({
      status,
      challenge,
      body: { statusCode: status, error: expect.any(String), message: expect.any(String), code },
    });
    expect(response.headers.get('cache-control')).toBe('no-store');
  }

  const described = (error: string, rest = '') =>
    expect.stringMatching(
      new RegExp(`^Bearer error="${error}", error_description="[^"]+"${rest}$`),
    ) as string;

  test('no credentials: 401 and a bare challenge', async () => {
    await expectRefusal(await t.get('/me'), 401, 'Bearer', 'credentials_missing');
  });

  test.each(['Basic dXNlcjpwYXNz', 'eyJhbGciOiJSUzI1NiJ9.e30.c2ln', ''])(
    'another scheme, %p, is no credentials',
    async (authorization) => {
      await expectRefusal(
        await t.get('/me', undefined, { authorization }),
        401,
        'Bearer',
        'credentials_missing',
      );
    },
  );

  test.each(['Bearer', 'Bearer a b', 'Bearer "quoted"', 'bearer é'])(
    'a malformed header, %p: 400',
    async (authorization) => {
      await expectRefusal(
        await t.get('/me', undefined, { authorization }),
        400,
        described('invalid_request'),
        'authorization_malformed',
      );
    },
  );

  test('a list of credentials: 400', async () => {
    await expectRefusal(
      await t.get('/me', undefined, { authorization: 'Bearer a, Bearer b' }),
      400,
      described('invalid_request'),
      'multiple_credentials',
    );
  });

  test('a good token: the user, as JSON', async () => {
    const token = t.issuer.accessToken({
      sub: 'user-1',
      roles: ['store_manager'],
      scope: 'openid read:reports',
    });
    const response = await t.get('/me', token);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      sub: 'user-1',
      issuer: t.issuer.issuer,
      clientId: 'test-client',
      audience: [t.issuer.issuer],
      scopes: ['openid', 'read:reports'],
      roles: ['store_manager'],
      isAnonymous: false,
      isVerified: true,
      canReauthenticate: true,
      isMachine: false,
      amr: ['pwd', 'x_primary_password'],
      claims: { iss: t.issuer.issuer, sub: 'user-1' },
    });
  });

  test('one field of the user', async () => {
    expect(await (await t.get('/sub', t.issuer.accessToken({ sub: 'user-2' }))).json()).toEqual({
      sub: 'user-2',
    });
    expect(await (await t.get('/piped', t.issuer.accessToken({ sub: 'user-2' }))).json()).toEqual({
      sub: 'USER-2',
    });
  });

  test('a refused token: 401 invalid_token', async () => {
    await expectRefusal(
      await t.get('/me', t.issuer.wrongToken('expired')),
      401,
      described('invalid_token'),
      'token_expired',
    );
  });

  test.each([
    'foreign key',
    'unknown kid',
    'other issuer',
    'other audience',
    'changed payload',
  ] as const)('%s: the answer does not tell which', async (kind) => {
    await expectRefusal(
      await t.get('/me', t.issuer.wrongToken(kind)),
      401,
      described('invalid_token'),
      'token_invalid',
    );
  });

  test('a public route: no user, and no token is looked at', async () => {
    expect((await t.get('/public')).status).toBe(200);
    expect(await (await t.get('/public', 'garbage')).json()).toEqual({ user: null });
  });

  test('an optional route: anonymous in, good user in, bad token out', async () => {
    expect(await (await t.get('/optional')).json()).toEqual({ sub: null });
    expect(
      await (await t.get('/optional', t.issuer.accessToken({ sub: 'user-3' }))).json(),
    ).toEqual({ sub: 'user-3' });
    expect(
      await (await t.get('/optional', undefined, { authorization: 'Basic abc' })).json(),
    ).toEqual({ sub: null });
    expect((await t.get('/optional', t.issuer.wrongToken('expired'))).status).toBe(401);
  });

  test('an optional route with a requirement: anonymous is 401', async () => {
    await expectRefusal(await t.get('/optional-scoped'), 401, 'Bearer', 'credentials_missing');
  });

  test('scopes: all of them, listed in the challenge', async () => {
    const challenge = described('insufficient_scope', ', scope="[^"]+"');
    const response = await t.get('/reports', t.issuer.accessToken({ scope: 'read:reports' }));
    expect(response.headers.get('www-authenticate')?.match(/ scope="([^"]+)"/)?.[1]).toBe(
      'read:reports list:reports',
    );
    await expectRefusal(response, 403, challenge, 'scope_missing');
    expect(
      (await t.get('/reports', t.issuer.accessToken({ scope: 'list:reports read:reports' })))
        .status,
    ).toBe(200);
  });

  test('scopes: one of the alternatives', async () => {
    const challenge = described('insufficient_scope', ', scope="admin write:reports"');
    await expectRefusal(
      await t.get('/any', t.issuer.accessToken({ scope: 'openid' })),
      403,
      challenge,
      'scope_missing',
    );
    expect((await t.get('/any', t.issuer.accessToken({ scope: 'write:reports' }))).status).toBe(
      200,
    );
  });

  test('step-up: recent in, old out, missing and future out', async () => {
    const at = (ago: number) => t.issuer.accessToken({ authTime: t.issuer.clock.seconds - ago });
    const challenge = described('insufficient_user_authentication', ', max_age="300"');
    expect((await t.get('/sensitive', at(300))).status).toBe(200);
    await expectRefusal(
      await t.get('/sensitive', at(300.5)),
      401,
      challenge,
      'authentication_too_old',
    );
    await expectRefusal(
      await t.get('/sensitive', t.issuer.accessToken({ authTime: null })),
      401,
      challenge,
      'authentication_time_missing',
    );
    await expectRefusal(
      await t.get('/sensitive', at(-6)),
      401,
      challenge,
      'authentication_time_in_future',
    );
    expect((await t.get('/sensitive', at(-5))).status).toBe(200);
  });

  test('step-up: a machine gets 403, not a login loop', async () => {
    const token = t.issuer.machineToken({ audience: t.issuer.issuer });
    await expectRefusal(
      await t.get('/sensitive', token),
      403,
      null,
      'machine_cannot_reauthenticate',
    );
  });

  test('scope comes before age', async () => {
    const response = await t.get('/both', t.issuer.accessToken({ authTime: 1 }));
    await expectRefusal(
      response,
      403,
      described('insufficient_scope', ', scope="admin"'),
      'scope_missing',
    );
  });

  test('class and handler add up, and the strictest age holds', async () => {
    const token = (scope: string, ago = 0) =>
      t.issuer.accessToken({ scope, authTime: t.issuer.clock.seconds - ago });
    const challenge = described('insufficient_scope', ', scope="class:scope handler:scope"');
    await expectRefusal(
      await t.get('/class/strict', token('handler:scope')),
      403,
      challenge,
      'scope_missing',
    );
    await expectRefusal(
      await t.get('/class/strict', token('class:scope')),
      403,
      challenge,
      'scope_missing',
    );
    expect((await t.get('/class/strict', token('class:scope handler:scope'))).status).toBe(200);
    expect((await t.get('/class/strict', token('class:scope handler:scope', 301))).status).toBe(
      401,
    );
    expect((await t.get('/class/plain', token('class:scope', 301))).status).toBe(200);
    expect((await t.get('/class/open')).status).toBe(200);
  });
});
