import {
  Controller,
  ForbiddenException,
  Get,
  Injectable,
  Module,
  UseGuards,
  type ExecutionContext,
  type INestApplication,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { AuthgearModule } from '../../lib/authgear.module.js';
import { Public } from '../../lib/routes/decorators/access.js';
import { Scopes } from '../../lib/routes/decorators/permissions.js';
import { TokenService } from '../../lib/credentials/bearer/token.service.js';
import { AuthgearUser } from '../../lib/core/user.js';
import { JwtAuthGuard } from '../../lib/jwt-auth.guard.js';
import type { AuthgearOptionsFactory, SingleIssuerOptions } from '../../lib/options/options.js';
import { TestIssuer } from '../../lib/testing/test-issuer.js';
import { MemoryLogger, startTestApp } from '../support/app.js';

@Controller()
class RouteController {
  @Get() route() {
    return {};
  }
  @UseGuards(JwtAuthGuard) @Get('guarded') guarded() {
    return {};
  }
}

const issuer = new TestIssuer();
const options = (): SingleIssuerOptions => ({
  ...issuer.moduleOptions,
  jwks: issuer.jwks(),
  logger: new MemoryLogger(),
});

async function statusOf(imported: unknown, path = '/', token?: string): Promise<number> {
  @Module({ imports: [imported as never], controllers: [RouteController] })
  class AppModule {}
  const app = (
    await Test.createTestingModule({ imports: [AppModule] }).compile()
  ).createNestApplication();
  try {
    await app.listen(0, '127.0.0.1');
    const headers: Record<string, string> =
      token === undefined ? {} : { authorization: `Bearer ${token}` };
    return (await fetch((await app.getUrl()) + path, { headers })).status;
  } finally {
    await app.close();
  }
}

function twice(one: unknown, other: unknown) {
  @Module({ imports: [one as never] })
  class FirstModule {}
  @Module({ imports: [FirstModule, other as never] })
  class BothModule {}
  return BothModule;
}

@Injectable()
class OptionsFactory implements AuthgearOptionsFactory {
  createAuthgearOptions = options;
}

@Module({ providers: [OptionsFactory], exports: [OptionsFactory] })
class FactoryModule {}

describe('registration', () => {
  test.each([
    ['forRoot', () => AuthgearModule.forRoot(options())],
    ['useFactory', () => AuthgearModule.forRootAsync({ useFactory: async () => options() })],
    [
      'useFactory with inject and imports',
      () =>
        AuthgearModule.forRootAsync({
          imports: [FactoryModule],
          inject: [OptionsFactory],
          useFactory: (factory: OptionsFactory) => factory.createAuthgearOptions(),
        }),
    ],
    ['useClass', () => AuthgearModule.forRootAsync({ useClass: OptionsFactory })],
    [
      'useExisting',
      () => AuthgearModule.forRootAsync({ imports: [FactoryModule], useExisting: OptionsFactory }),
    ],
  ])('%s guards every route', async (_, register) => {
    expect(await statusOf(register())).toBe(401);
    expect(await statusOf(register(), '/', issuer.accessToken())).toBe(200);
  });

  test('globalGuard: false leaves it to @UseGuards', async () => {
    for (const register of [
      () => AuthgearModule.forRoot({ ...options(), globalGuard: false }),
      () => AuthgearModule.forRootAsync({ globalGuard: false, useFactory: options }),
    ]) {
      expect(await statusOf(register())).toBe(200);
      expect(await statusOf(register(), '/guarded')).toBe(401);
      expect(await statusOf(register(), '/guarded', issuer.accessToken())).toBe(200);
    }
  });

  test.each([
    ['forRoot', (bad: never) => AuthgearModule.forRoot(bad)],
    ['forRootAsync', (bad: never) => AuthgearModule.forRootAsync({ useFactory: () => bad })],
  ])('%s: a bad configuration does not start, and lists everything', async (_, register) => {
    const bad = {
      issuer: 'https://my-app.authgear.cloud/',
      algorithms: ['HS256'],
      clockTolerance: 121,
    };
    const failure: unknown = await statusOf(register(bad as never)).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ name: 'AuthError', code: 'configuration_invalid' });
    for (const option of ['issuer', 'audience', 'algorithms', 'clockTolerance'])
      expect(String(failure)).toContain(`- ${option}: received`);
  });

  test.each([
    [
      'without options',
      () => AuthgearModule,
      /Import AuthgearModule\.forRoot\(\{ issuer, audience \}\)/,
    ],
    [
      'forRootAsync() without a source',
      () => AuthgearModule.forRootAsync({}),
      /needs "useFactory", "useClass" or "useExisting"/,
    ],
    [
      'twice',
      () => twice(AuthgearModule.forRoot(options()), AuthgearModule.forRoot(options())),
      /imported 2 times/,
    ],
    [
      'again without options',
      () => twice(AuthgearModule.forRoot(options()), AuthgearModule),
      /imported 2 times|Import AuthgearModule/,
    ],
    [
      'with globalGuard from the factory',
      () =>
        AuthgearModule.forRootAsync({ useFactory: () => ({ ...options(), globalGuard: false }) }),
      /globalGuard/,
    ],
  ])('%s: does not start, and says why', async (_, register, message) => {
    await expect((async () => statusOf(register()))()).rejects.toMatchObject({
      code: 'configuration_invalid',
      message: expect.stringMatching(message),
    });
  });

  test('a guard of the application may extend it, with dependencies of its own', async () => {
    @Injectable()
    class Users {
      readonly blocked = ['blocked'];
    }
    @Injectable()
    class OwnGuard extends JwtAuthGuard {
      constructor(private readonly users: Users) {
        super();
      }
      override async canActivate(context: ExecutionContext): Promise<boolean> {
        if (!(await super.canActivate(context))) return false;
        return !this.users.blocked.includes(
          context.switchToHttp().getRequest<{ user: AuthgearUser }>().user.sub,
        );
      }
    }
    const t = await startTestApp({
      controllers: [RouteController],
      providers: [Users, { provide: APP_GUARD, useClass: OwnGuard }],
      options: { globalGuard: false },
    });
    expect((await t.get('/')).status).toBe(401);
    expect((await t.get('/', t.issuer.accessToken({ sub: 'blocked' }))).status).toBe(403);
    expect((await t.get('/', t.issuer.accessToken())).status).toBe(200);
    await t.close();
  });

  test('the same module may be imported by several', async () => {
    const once = AuthgearModule.forRoot(options());
    expect(await statusOf(twice(once, once))).toBe(401);
  });

  test('a test can override the guard', async () => {
    const compiled = await Test.createTestingModule({
      imports: [AuthgearModule.forRoot(options())],
      controllers: [RouteController],
    })
      .overrideProvider(JwtAuthGuard)
      .useValue({ canActivate: () => true })
      .compile();
    const app = compiled.createNestApplication();
    await app.listen(0, '127.0.0.1');
    expect((await fetch(await app.getUrl())).status).toBe(200);
    await app.close();
  });

  test('TokenService verifies outside the guard', async () => {
    const compiled = await Test.createTestingModule({
      imports: [AuthgearModule.forRoot(options())],
    }).compile();
    const tokens = compiled.get(TokenService);
    const user = await tokens.verifyAccessToken(issuer.accessToken({ sub: 'user-1' }));
    expect(user).toBeInstanceOf(AuthgearUser);
    expect(user.sub).toBe('user-1');
    await expect(tokens.verifyAccessToken('garbage')).rejects.toMatchObject({
      name: 'AuthError',
      code: 'token_malformed',
    });
  });

  test('people and machines with both audiences', async () => {
    const both = { ...options(), audience: [issuer.issuer, 'https://api.example'] };
    const compiled = await Test.createTestingModule({
      imports: [AuthgearModule.forRoot(both)],
    }).compile();
    const tokens = compiled.get(TokenService);
    expect((await tokens.verifyAccessToken(issuer.accessToken())).isMachine).toBe(false);
    const machine = await tokens.verifyAccessToken(
      issuer.machineToken({ clientId: 'robot', scope: 'read:reports' }),
    );
    expect(machine).toMatchObject({
      isMachine: true,
      clientId: 'robot',
      sub: 'client_id_robot',
      scopes: ['read:reports'],
      roles: [],
    });
    expect(machine).toMatchObject({ isVerified: undefined, authTime: undefined });
  });
});

describe('routes that contradict themselves do not start', () => {
  @Controller('a')
  class PublicAndScoped {
    @Public() @Scopes('admin') @Get() contradiction() {
      return {};
    }
  }
  @Public()
  @Controller('b')
  class PublicClass {
    @Scopes('admin') @Get() scoped() {
      return {};
    }
  }
  test.each([PublicAndScoped, PublicClass])('%p', async (controller) => {
    const starting = startTestApp({ controllers: [controller] });
    await expect(starting).rejects.toMatchObject({
      code: 'configuration_invalid',
      message: expect.stringContaining(`${controller.name}.`),
    });
  });
});

describe('without a global guard', () => {
  @Controller()
  class DemandingController {
    @Scopes('admin') @Get() scoped() {
      return {};
    }
  }
  @UseGuards(JwtAuthGuard)
  @Controller()
  class GuardedController extends DemandingController {}

  test('a requirement without a guard prevents the startup', async () => {
    const starting = startTestApp({
      controllers: [DemandingController],
      options: { globalGuard: false },
    });
    await expect(starting).rejects.toMatchObject({
      code: 'configuration_invalid',
      message: expect.stringMatching(
        /- DemandingController\.scoped\(\) has a requirement, .*@UseGuards\(JwtAuthGuard\)$/,
      ),
    });
  });

  test('a requirement with a guard on the class starts', async () => {
    const t = await startTestApp({
      controllers: [GuardedController],
      options: { globalGuard: false },
    });
    expect((await t.get('/', t.issuer.accessToken())).status).toBe(403);
    await t.close();
  });

  test('a requirement with a global guard of the application starts', async () => {
    const prepare = (app: INestApplication): void =>
      void app.useGlobalGuards(app.get(JwtAuthGuard));
    const t = await startTestApp({
      controllers: [DemandingController],
      options: { globalGuard: false },
      prepare,
    });
    expect((await t.get('/', t.issuer.accessToken())).status).toBe(403);
    await t.close();
  });
});

test('a custom exception filter keeps the challenge, and receives the exception', async () => {
  let caught: unknown;
  const t = await startTestApp({
    controllers: [RouteController],
    prepare: (app) =>
      app.useGlobalFilters({
        catch(
          exception: unknown,
          host: {
            switchToHttp(): {
              getResponse(): { status(code: number): { json(body: unknown): void } };
            };
          },
        ) {
          caught = exception;
          host.switchToHttp().getResponse().status(418).json({ own: true });
        },
      } as never),
  });
  const response = await t.get('/');
  expect(response.status).toBe(418);
  expect(response.headers.get('www-authenticate')).toBe('Bearer');
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(caught).toMatchObject({
    status: 401,
    cause: { name: 'AuthError', code: 'credentials_missing' },
  });
  expect(caught).not.toBeInstanceOf(ForbiddenException);
  await t.close();
});
