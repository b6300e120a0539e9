import {
  ConfigurableModuleBuilder,
  Module,
  type ConfigurableModuleAsyncOptions,
  type DynamicModule,
} from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { Authenticator, createAuthenticator } from './credentials/authenticator.js';
import { HeaderCount } from './credentials/proxy/header-count.js';
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

/** Settings that are needed when the module is declared, before its options are available. */
export interface AuthgearModuleExtras {
  /**
   * `true` applies {@link JwtAuthGuard} to every route of the application. With `false`, use
   * `@UseGuards(JwtAuthGuard)`; a route without it is **open**.
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
        // `useExisting` lets a test override JwtAuthGuard.
        ...(globalGuard === false ? [] : [{ provide: APP_GUARD, useExisting: JwtAuthGuard }]),
      ],
      // The decorators ask for it, to see whether the module was imported.
      exports: [...(definition.exports ?? []), GLOBAL_GUARD],
    }))
    .build();

/**
 * Protects a NestJS API with the access tokens of Authgear. The module is global: import it once,
 * in the root module.
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
    HeaderCount,
    WebhookReceiver,
    WebhookRoutes,
    RouteAudit,
  ],
  // NestJS creates a guard in each module that uses it in @UseGuards(), so its dependencies must be
  // exported.
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
   * Registers the guard and the services. The module checks the options during initialization. With
   * invalid options, the application does not start, and the error (an `AuthError` with the code
   * `configuration_invalid`) lists every problem with its fix.
   */
  static override forRoot(options: AuthgearModuleOptions & AuthgearModuleExtras): DynamicModule {
    return super.forRoot(options);
  }

  /**
   * Like {@link forRoot}, with asynchronous or injected options, for example from a configuration
   * service or a secret store.
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
