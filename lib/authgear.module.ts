import {
  ConfigurableModuleBuilder,
  Module,
  type ConfigurableModuleAsyncOptions,
  type DynamicModule,
} from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { Authenticator, createAuthenticator } from './credentials/authenticator.js';
import { JwksService } from './keys/jwks.service.js';
import { Revocations } from './revocation/revocations.js';
import { TokenService } from './credentials/bearer/token.service.js';
import { WebhookReceiver } from './revocation/webhook-receiver.js';
import { RouteAudit } from './routes/route-audit.js';
import { WebhookRoutes } from './revocation/webhook-routes.js';
import { CustomPolicies } from './routes/custom-policies.js';
import { AuthError } from './core/errors.js';
import { JwtAuthGuard } from './jwt-auth.guard.js';
import type { AuthgearModuleOptions, AuthgearOptionsFactory } from './options/options.js';
import { GLOBAL_GUARD, GUARD_CLASS, RESOLVED_OPTIONS } from './options/tokens.js';
import { resolveOptions, type ResolvedOptions } from './options/resolve.js';
import { RefusalLog } from './observability/refusal-log.js';

/** What is decided when the module is declared, not when its options are there. */
export interface AuthgearModuleExtras {
  /**
   * `true` puts {@link JwtAuthGuard} before every route of the application. `false` leaves it to
   * `@UseGuards(JwtAuthGuard)`: then a route without it is **open**.
   * @default true
   */
  readonly globalGuard?: boolean;
}

/**
 * Options of `AuthgearModule.forRootAsync()`: `useFactory` with `inject`, `useClass` or
 * `useExisting`, and `imports`.
 */
export type AuthgearModuleAsyncOptions = ConfigurableModuleAsyncOptions<
  AuthgearModuleOptions,
  'createAuthgearOptions'
> &
  AuthgearModuleExtras;

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } =
  new ConfigurableModuleBuilder<AuthgearModuleOptions>()
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createAuthgearOptions' satisfies keyof AuthgearOptionsFactory)
    .setExtras<AuthgearModuleExtras>({ globalGuard: true }, (definition, { globalGuard }) => ({
      ...definition,
      global: true,
      providers: [
        ...(definition.providers ?? []),
        { provide: GLOBAL_GUARD, useValue: globalGuard !== false },
        // An existing provider, so that a test can override JwtAuthGuard itself.
        ...(globalGuard === false ? [] : [{ provide: APP_GUARD, useExisting: JwtAuthGuard }]),
      ],
      // The decorators ask for it, to see whether the module was imported.
      exports: [...(definition.exports ?? []), GLOBAL_GUARD],
    }))
    .build();

/**
 * Protects a NestJS API with the access tokens of Authgear. Global: import it once, in the root
 * module.
 */
@Module({
  imports: [DiscoveryModule],
  providers: [
    {
      provide: RESOLVED_OPTIONS,
      inject: [{ token: MODULE_OPTIONS_TOKEN, optional: true }],
      useFactory: resolveOptions,
    },
    JwksService,
    Revocations,
    TokenService,
    {
      provide: Authenticator,
      inject: [RESOLVED_OPTIONS, TokenService, Revocations, RefusalLog],
      useFactory: (
        options: ResolvedOptions,
        tokens: TokenService,
        revocations: Revocations,
        log: RefusalLog,
      ) => createAuthenticator({ options, tokens, revocations, warn: (error) => log.warn(error) }),
    },
    { provide: GUARD_CLASS, useValue: JwtAuthGuard },
    CustomPolicies,
    RefusalLog,
    JwtAuthGuard,
    WebhookReceiver,
    WebhookRoutes,
    RouteAudit,
  ],
  // The guard is made anew in each module that names it in @UseGuards(): what it needs must reach
  // that far.
  exports: [
    RESOLVED_OPTIONS,
    JwksService,
    TokenService,
    Authenticator,
    CustomPolicies,
    RefusalLog,
    JwtAuthGuard,
  ],
})
export class AuthgearModule extends ConfigurableModuleClass {
  /**
   * Registers the guard and the services. The options are checked when the module initialises: an
   * application with bad options does not start, and the error (`AuthError` with the code
   * `configuration_invalid`) lists every problem with its fix.
   */
  static override forRoot(options: AuthgearModuleOptions & AuthgearModuleExtras): DynamicModule {
    return super.forRoot(options);
  }

  /**
   * The same, with options that are injected: from a configuration service, a secret store, a class
   * of your own.
   */
  static override forRootAsync(options: AuthgearModuleAsyncOptions): DynamicModule {
    if (
      [options.useFactory, options.useClass, options.useExisting].every(
        (source) => source === undefined,
      )
    ) {
      throw new AuthError(
        'configuration_invalid',
        'AuthgearModule.forRootAsync() needs "useFactory", "useClass" or "useExisting"',
      );
    }
    return super.forRootAsync(options);
  }
}
