import {
  applyDecorators,
  Controller,
  Get,
  Inject,
  Injectable,
  Module,
  Scope,
  Sse,
  UseGuards,
  type CanActivate,
  type DynamicModule,
  type ExecutionContext,
  type INestApplication,
  type Provider,
  type Type,
} from '@nestjs/common';
import { APP_GUARD, REQUEST } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { WsAdapter } from '@nestjs/platform-ws';
import { Test } from '@nestjs/testing';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { of } from 'rxjs';
import { AuthgearModule, type AuthgearModuleAsyncOptions } from '../../lib/authgear.module.js';
import type { AuthError } from '../../lib/core/errors.js';
import type { AuthgearUser } from '../../lib/core/user.js';
import { JwtAuthGuard } from '../../lib/jwt-auth.guard.js';
import { OptionalAuth, Public } from '../../lib/routes/decorators/access.js';
import { MaxAuthAge } from '../../lib/routes/decorators/authentication.js';
import { Authorize, Roles, Scopes, Verified } from '../../lib/routes/decorators/permissions.js';
import { TestIssuer } from '../../lib/testing/test-issuer.js';
import { CurrentUser } from '../../lib/transports/current-user.js';
import { MemoryLogger, platforms, startTestApp, type Platform } from '../support/app.js';

const issuer = new TestIssuer();
const logger = new MemoryLogger();
const options = () => ({ ...issuer.moduleOptions, jwks: issuer.jwks(), logger });

interface Application {
  readonly platform?: Platform;
  readonly imports?: (Type | DynamicModule)[];
  readonly controllers?: Type[];
  readonly providers?: Provider[];
  readonly prepare?: (app: INestApplication) => void;
}

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  logger.lines.length = 0;
});

/** Boots an application that says what it imports, and gives the status of a path. */
async function boot({ platform, prepare, ...metadata }: Application) {
  @Module(metadata)
  class AppModule {}
  const compiled = await Test.createTestingModule({ imports: [AppModule] }).compile();
  compiled.useLogger(false);
  const app =
    platform === 'fastify'
      ? compiled.createNestApplication(new FastifyAdapter() as never)
      : compiled.createNestApplication();
  closers.push(() => app.close());
  app.useWebSocketAdapter(new WsAdapter(app));
  prepare?.(app);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return async (path: string, token?: string): Promise<number> => {
    const headers: Record<string, string> =
      token === undefined ? {} : { authorization: `Bearer ${token}` };
    return (await fetch(url + path, { headers })).status;
  };
}

const refusal = async (application: Application): Promise<AuthError> => {
  try {
    await boot(application);
  } catch (error) {
    return error as AuthError;
  }
  throw new Error('the application started');
};

const secured = () => AuthgearModule.forRoot(options());
const unguarded = () => AuthgearModule.forRoot({ ...options(), globalGuard: false });

@Controller()
class OpenController {
  @Get() open() {
    return {};
  }
  @Scopes('admin') @Get('scoped') scoped() {
    return {};
  }
}

@Injectable()
class ForeignGuard implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

describe('a guard that is request-scoped', () => {
  @Injectable({ scope: Scope.REQUEST })
  class Tenant {}
  @Injectable({ scope: Scope.REQUEST, durable: true })
  class DurableTenant {}
  @Injectable()
  class Settings {
    constructor(@Inject(Tenant) readonly tenant: Tenant) {}
  }
  @Injectable()
  class OptionsFactory {
    constructor(@Inject(REQUEST) readonly request: unknown) {}
    createAuthgearOptions() {
      return options();
    }
  }
  @Module({
    providers: [Tenant, DurableTenant, Settings],
    exports: [Tenant, DurableTenant, Settings],
  })
  class TenantModule {}

  /** By this library, or by a newer NestJS, which sees it for global guards. */
  const refusedAsScoped = ({ source }: RegExp) =>
    new RegExp(
      `cannot start[^]* is request-scoped [^]*${source}|` +
        '^The APP_GUARD provider .* request-scoped provider',
    );

  const factories: [string, Partial<AuthgearModuleAsyncOptions>, RegExp][] = [
    ['by the request', { inject: [REQUEST] }, /→ REQUEST\)/],
    ['by a provider', { inject: [Tenant] }, /→ Tenant/],
    ['by a durable provider', { inject: [DurableTenant] }, /→ DurableTenant/],
    ['indirectly', { inject: [Settings] }, /→ Settings → Tenant/],
    ['by an optional one', { inject: [{ token: Tenant, optional: true }] }, /→ Tenant/],
  ];
  const all = factories.flatMap(([name, factory, because]) =>
    [true, false].map((globalGuard) => ({ name, factory, because, globalGuard })),
  );

  test.each(all)('$name, globalGuard: $globalGuard', async ({ factory, because, globalGuard }) => {
    const { message } = await refusal({
      imports: [
        AuthgearModule.forRootAsync({
          globalGuard,
          imports: [TenantModule],
          ...factory,
          useFactory: options,
        }),
      ],
      controllers: [OpenController],
    });
    expect(message).toMatch(refusedAsScoped(because));
  });

  test('by a factory of options', async () => {
    const { message } = await refusal({
      imports: [AuthgearModule.forRootAsync({ useClass: OptionsFactory })],
      controllers: [OpenController],
    });
    expect(message).toMatch(refusedAsScoped(/OptionsFactory → REQUEST/));
  });

  test('a guard that extends it, as a global one', async () => {
    @Injectable()
    class TenantGuard extends JwtAuthGuard {
      @Inject(Tenant) readonly tenant!: Tenant;
    }
    const { message } = await refusal({
      imports: [unguarded(), TenantModule],
      controllers: [OpenController],
      providers: [{ provide: APP_GUARD, useClass: TenantGuard }],
    });
    expect(message).toMatch(refusedAsScoped(/TenantGuard → Tenant/));
  });

  test('request-scoped controllers and policies do not make it one', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class TenantPolicy {
      authorize(): boolean {
        return true;
      }
    }
    @Controller({ scope: Scope.REQUEST })
    class ScopedController {
      constructor(@Inject(REQUEST) readonly request: unknown) {}
      @Authorize(TenantPolicy, 'tenant') @Get() open() {
        return {};
      }
    }
    const statusOf = await boot({
      imports: [secured()],
      controllers: [ScopedController],
      providers: [TenantPolicy],
    });
    expect(await statusOf('/')).toBe(401);
    expect(await statusOf('/', issuer.accessToken())).toBe(200);
  });
});

describe('guards of others do not satisfy a requirement', () => {
  @UseGuards(ForeignGuard)
  @Controller()
  class OnClass extends OpenController {}
  @Controller()
  class OnHandler {
    @UseGuards(ForeignGuard) @Roles('admin') @Get('scoped') scoped() {
      return {};
    }
  }
  /** Holds the guard, and does not extend it. */
  @Injectable()
  class WrappingGuard implements CanActivate {
    constructor(@Inject(JwtAuthGuard) private readonly guard: JwtAuthGuard) {}
    canActivate(context: ExecutionContext): Promise<boolean> {
      return this.guard.canActivate(context);
    }
  }
  const asGlobal: Provider = { provide: APP_GUARD, useClass: ForeignGuard };
  const asScoped: Provider = { ...asGlobal, scope: Scope.REQUEST } as Provider;

  test.each<[string, Application]>([
    ['none', { controllers: [OpenController] }],
    ['APP_GUARD', { controllers: [OpenController], providers: [asGlobal] }],
    ['a request-scoped APP_GUARD', { controllers: [OpenController], providers: [asScoped] }],
    [
      'useGlobalGuards()',
      {
        controllers: [OpenController],
        prepare: (app) => void app.useGlobalGuards(new ForeignGuard()),
      },
    ],
    ['@UseGuards() on the class', { controllers: [OnClass] }],
    ['@UseGuards() on the handler', { controllers: [OnHandler] }],
    [
      'one that wraps it',
      {
        controllers: [OpenController],
        providers: [{ provide: APP_GUARD, useClass: WrappingGuard }],
      },
    ],
  ])('%s', async (_, application) => {
    const { code, message } = await refusal({ ...application, imports: [unguarded()] });
    expect(code).toBe('configuration_invalid');
    expect(message).toMatch(/^- \w+\.scoped\(\) has a requirement, .*@UseGuards\(JwtAuthGuard\)$/m);
    expect(message).not.toContain('open()');
  });

  class ExtendingGuard extends JwtAuthGuard {}
  @UseGuards(JwtAuthGuard)
  @Controller()
  class GuardedClass extends OpenController {}
  @Controller()
  class GuardedHandler {
    @UseGuards(ForeignGuard, ExtendingGuard) @Scopes('admin') @Get('scoped') scoped() {
      return {};
    }
  }
  const ways: [string, Application][] = [
    ['on the class', { controllers: [GuardedClass] }],
    ['on the handler', { controllers: [GuardedHandler] }],
    [
      'APP_GUARD by useExisting',
      {
        controllers: [OpenController],
        providers: [{ provide: APP_GUARD, useExisting: JwtAuthGuard }],
      },
    ],
    [
      'APP_GUARD by useClass',
      {
        controllers: [OpenController],
        providers: [{ provide: APP_GUARD, useClass: ExtendingGuard }],
      },
    ],
    [
      'useGlobalGuards()',
      {
        controllers: [OpenController],
        prepare: (app) => void app.useGlobalGuards(app.get(JwtAuthGuard)),
      },
    ],
  ];
  test.each(platforms.flatMap((platform) => ways.map(([name, way]) => ({ platform, name, way }))))(
    'its own does: $name, on $platform',
    async ({ platform, way }) => {
      const statusOf = await boot({ ...way, platform, imports: [unguarded()] });
      expect(await statusOf('/scoped')).toBe(401);
      expect(await statusOf('/scoped', issuer.accessToken({ scope: 'admin' }))).toBe(200);
    },
  );
});

describe('a decorator where no guard reads it', () => {
  @Injectable()
  class ReportsService {
    @Roles('admin') find() {}
  }
  @Scopes('admin')
  @Injectable()
  class ScopedService {}
  @Controller()
  class HelperController {
    @Get() route() {
      return {};
    }
    @MaxAuthAge('5m') helper() {}
  }
  @WebSocketGateway()
  class ConnectionGateway {
    @Verified() handleConnection() {}
    @Public() @SubscribeMessage('open') open() {}
  }
  @OptionalAuth()
  @WebSocketGateway()
  class SilentGateway {}
  /** Takes the metadata of what stands below it away. */
  const replacing: MethodDecorator = (_target, _key, descriptor) => {
    const { value } = descriptor as { value?: (...args: unknown[]) => unknown };
    return {
      ...descriptor,
      value: ((...args: unknown[]) => value?.(...args)) as never,
    };
  };
  @Controller()
  class ReplacedRoute {
    @replacing @Roles('admin') @Get() dropped() {
      return {};
    }
  }
  @Controller()
  class ReplacedRequirement {
    @Get() @replacing @Roles('admin') dropped() {
      return {};
    }
  }

  test.each<[string, Application, string[]]>([
    ['a service', { providers: [ReportsService] }, ['ReportsService.find()']],
    ['the class of a service', { providers: [ScopedService] }, ['ScopedService has no handler']],
    [
      'a provider that a factory makes',
      { providers: [{ provide: 'reports', useFactory: () => new ReportsService() }] },
      ['ReportsService.find()'],
    ],
    ['no route', { controllers: [HelperController] }, ['HelperController.helper()']],
    ['handleConnection()', { providers: [ConnectionGateway] }, ['.handleConnection()']],
    [
      'a gateway without handlers',
      { providers: [SilentGateway] },
      ['SilentGateway has no handler'],
    ],
    ['a route that was replaced', { controllers: [ReplacedRoute] }, ['ReplacedRoute.dropped()']],
    [
      'a requirement that was replaced',
      { controllers: [ReplacedRequirement] },
      ['ReplacedRequirement.dropped() was replaced'],
    ],
    [
      'all of them in one message',
      { providers: [ReportsService, ScopedService], controllers: [HelperController] },
      ['ReportsService.find()', 'ScopedService has', 'HelperController.helper()'],
    ],
  ])('%s', async (_, application, places) => {
    for (const imported of [secured(), unguarded()]) {
      const { code, message } = await refusal({ ...application, imports: [imported] });
      expect(code).toBe('configuration_invalid');
      for (const place of places) expect(message).toContain(place);
    }
  });

  test('what is read starts', async () => {
    @Public()
    @WebSocketGateway()
    class OpenGateway {}
    @Controller()
    class StreamController {
      @Scopes('admin') @Sse('stream') stream() {
        return of({ data: 'in' });
      }
      @applyDecorators(Get('composed'), Roles('admin')) composed() {
        return {};
      }
    }
    const statusOf = await boot({
      imports: [secured()],
      controllers: [StreamController],
      providers: [OpenGateway],
    });
    expect(await statusOf('/stream', issuer.accessToken())).toBe(403);
    expect(await statusOf('/composed', issuer.accessToken())).toBe(403);
  });
});

describe('inheritance', () => {
  class Base {
    @Roles('admin') @Get('reports') reports(): unknown {
      return {};
    }
    @Public() @Get('health') health(): unknown {
      return {};
    }
  }
  @Public()
  @Controller('open')
  class PublicBase {
    @Get('health') health(): unknown {
      return {};
    }
  }

  @Controller()
  class LosingController extends Base {
    @Get('reports') override reports(): unknown {
      return {};
    }
  }
  @Controller()
  class IndirectlyLosing extends LosingController {}
  @Controller('open')
  class OpeningController extends PublicBase {
    @Get('secrets') secrets() {
      return {};
    }
  }
  @Controller('open')
  class ReplacingController extends PublicBase {
    @Get('health') override health(): unknown {
      return {};
    }
  }

  test.each<[string, Type, string]>([
    ['an override that loses a requirement', LosingController, 'overrides Base.reports()'],
    ['one that is inherited', IndirectlyLosing, 'IndirectlyLosing.reports() overrides Base'],
    ['a handler that is opened', OpeningController, 'OpeningController.secrets() is open'],
    ['an override that is opened', ReplacingController, 'ReplacingController.health() is open'],
  ])('%s does not start', async (_, controller, words) => {
    for (const imported of [secured(), unguarded()]) {
      const { message } = await refusal({ imports: [imported], controllers: [controller] });
      expect(message).toContain(words);
    }
  });

  test.each(platforms)('what is said starts, on %s', async (platform) => {
    @Controller()
    class KeepingController extends Base {
      @Roles('admin') @Get('reports') override reports(): unknown {
        return {};
      }
      @Get('health') override health(): unknown {
        return {};
      }
    }
    @Controller('open')
    class SayingController extends PublicBase {
      @Public() @Get('more') more() {
        return {};
      }
      @Scopes('admin') @Get('secrets') secrets() {
        return {};
      }
      @OptionalAuth() @Get('optional') optional() {
        return {};
      }
    }
    const statusOf = await boot({
      platform,
      imports: [secured()],
      controllers: [KeepingController, SayingController],
    });
    expect(await statusOf('/reports', issuer.accessToken())).toBe(403);
    expect(await statusOf('/health')).toBe(401);
    expect(await statusOf('/open/health')).toBe(200);
    expect(await statusOf('/open/more')).toBe(200);
    expect(await statusOf('/open/secrets')).toBe(401);
    expect(await statusOf('/open/optional', 'garbage')).toBe(401);
  });
});

describe('decorators without the module', () => {
  @Controller()
  class UserController {
    @Get() find(@CurrentUser() user: AuthgearUser) {
      return user;
    }
  }
  @OptionalAuth()
  @Controller()
  class OptionalController extends OpenController {}

  test.each([OpenController, UserController, OptionalController])(
    '%p does not start',
    async (controller) => {
      const { code, message } = await refusal({ controllers: [controller] });
      expect(code).toBe('configuration_invalid');
      expect(message).toMatch(/AuthgearModule is not imported: add AuthgearModule\.forRoot/);
    },
  );

  test('a controller alone can be made in a unit test', async () => {
    const compiled = await Test.createTestingModule({ controllers: [OpenController] }).compile();
    expect(compiled.get(OpenController).open()).toEqual({});
  });

  test('@Public() alone needs no module', async () => {
    @Public()
    @Controller()
    class PublicController {
      @Get() open() {
        return {};
      }
    }
    expect(await (await boot({ controllers: [PublicController] }))('/')).toBe(200);
  });
});

describe('a guard that extends it and does not await', () => {
  class Forgetful extends JwtAuthGuard {
    // eslint-disable-next-line @typescript-eslint/require-await
    override async canActivate(context: ExecutionContext): Promise<boolean> {
      void super.canActivate(context);
      return true;
    }
  }
  class Synchronous extends JwtAuthGuard {
    override canActivate(context: ExecutionContext): Promise<boolean> {
      void super.canActivate(context);
      return true as unknown as Promise<boolean>;
    }
  }
  class Late extends JwtAuthGuard {
    override async canActivate(context: ExecutionContext): Promise<boolean> {
      void super.canActivate(context);
      await new Promise(setImmediate);
      await new Promise(setImmediate);
      return true;
    }
  }
  class Forgiving extends JwtAuthGuard {
    override async canActivate(context: ExecutionContext): Promise<boolean> {
      try {
        return await super.canActivate(context);
      } catch {
        return true;
      }
    }
  }
  class Observing extends JwtAuthGuard {
    override canActivate(): Promise<boolean> {
      return of(true) as unknown as Promise<boolean>;
    }
  }

  const cells = [Forgetful, Synchronous, Late, Forgiving].flatMap((guard) =>
    platforms.map((platform) => ({ name: guard.name, guard, platform })),
  );
  test.each(cells)('$name does not open, on $platform', async ({ guard, platform }) => {
    const statusOf = await boot({
      platform,
      imports: [unguarded()],
      controllers: [OpenController],
      providers: [{ provide: APP_GUARD, useClass: guard }],
    });
    expect(await statusOf('/')).toBe(401);
    expect(await statusOf('/', 'garbage')).toBe(401);
    expect(await statusOf('/', issuer.accessToken())).toBe(200);
    expect(await statusOf('/scoped', issuer.accessToken())).toBe(403);
  });

  test('only true lets in', async () => {
    const statusOf = await boot({
      imports: [unguarded()],
      controllers: [OpenController],
      providers: [{ provide: APP_GUARD, useClass: Observing }],
    });
    expect(await statusOf('/', issuer.accessToken())).toBe(403);
  });
});

describe('the order of global guards', () => {
  @Injectable()
  class RolesGuard implements CanActivate {
    canActivate(context: ExecutionContext): boolean {
      const { user } = context.switchToHttp().getRequest<{ user?: AuthgearUser }>();
      return user !== undefined;
    }
  }

  test('a guard that runs before it is named in one warning', async () => {
    await boot({
      imports: [secured()],
      controllers: [OpenController],
      providers: [
        { provide: APP_GUARD, useClass: RolesGuard },
        { provide: APP_GUARD, useClass: ForeignGuard },
      ],
    });
    const warnings = logger.lines.filter((line) => line.includes('see no user'));
    expect(warnings).toEqual([
      expect.stringMatching(/^warn .*RolesGuard, ForeignGuard.*useExisting: JwtAuthGuard/),
    ]);
  });

  test.each(platforms)(
    'by the recipe it runs first, without a warning, on %s',
    async (platform) => {
      const statusOf = await boot({
        platform,
        imports: [unguarded()],
        controllers: [OpenController],
        providers: [
          { provide: APP_GUARD, useExisting: JwtAuthGuard },
          { provide: APP_GUARD, useClass: RolesGuard },
        ],
      });
      expect(await statusOf('/')).toBe(401);
      expect(await statusOf('/', issuer.accessToken())).toBe(200);
      expect(logger.lines.filter((line) => line.includes('see no user'))).toEqual([]);
    },
  );
});

test('options are checked before guards', async () => {
  const starting = startTestApp({ options: { audience: '' } });
  await expect(starting).rejects.toMatchObject({ code: 'configuration_invalid' });
});
