import { ConfigurableModuleBuilder, Module, type ConfigurableModuleAsyncOptions, type DynamicModule } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { JwksService } from './authenticate/jwks.service.js';
import { TokenService } from './authenticate/token.service.js';
import { RouteAudit } from './bootstrap/route-audit.js';
import { CustomPolicies } from './authorize/custom-policies.js';
import { JwtAuthGuard } from './jwt-auth.guard.js';
import type { AuthgearModuleOptions, AuthgearOptionsFactory } from './options/options.js';
import { GLOBAL_GUARD, RESOLVED_OPTIONS } from './options/tokens.js';
import { resolveOptions } from './options/resolve.js';
import { RefusalLog } from './respond/refusal-log.js';

/** What is decided when the module is declared, not when its options are there. */
export interface AuthgearModuleExtras {
  /**
   * `true` puts {@link JwtAuthGuard} before every route of the application. `false` leaves it to `@UseGuards(JwtAuthGuard)`: then a route
   * without it is **open**.
   * @default true
   */
  readonly globalGuard?: boolean;
}

/** Options of `AuthgearModule.forRootAsync()`: `useFactory` with `inject`, `useClass` or `useExisting`, and `imports`. */
export type AuthgearModuleAsyncOptions = ConfigurableModuleAsyncOptions<AuthgearModuleOptions, 'createAuthgearOptions'> & AuthgearModuleExtras;

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<AuthgearModuleOptions>()
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
  }))
  .build();

/** Protects a NestJS API with the access tokens of Authgear. Global: import it once, in the root module. */
@Module({
  imports: [DiscoveryModule],
  providers: [
    { provide: RESOLVED_OPTIONS, inject: [MODULE_OPTIONS_TOKEN], useFactory: resolveOptions },
    JwksService,
    TokenService,
    CustomPolicies,
    RefusalLog,
    JwtAuthGuard,
    RouteAudit,
  ],
  // The guard is made anew in each module that names it in @UseGuards(): what it needs must reach that far.
  exports: [RESOLVED_OPTIONS, JwksService, TokenService, CustomPolicies, RefusalLog, JwtAuthGuard],
})
export class AuthgearModule extends ConfigurableModuleClass {
  /**
   * Registers the guard and the services. The options are checked when the module initialises: an application with bad options does not
   * start, and the error (`AuthError` with the code `configuration_invalid`) lists every problem with its fix.
   */
  static override forRoot(options: AuthgearModuleOptions & AuthgearModuleExtras): DynamicModule {
    return super.forRoot(options);
  }

  /** The same, with options that are injected: from a configuration service, a secret store, a class of your own. */
  static override forRootAsync(options: AuthgearModuleAsyncOptions): DynamicModule {
    return super.forRootAsync(options);
  }
}
