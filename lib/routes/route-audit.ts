import { Inject, Injectable, Optional, type OnModuleInit, type Type } from '@nestjs/common';
import { ApplicationConfig, DiscoveryService, MetadataScanner } from '@nestjs/core';
import { findContradictions, type Handlers } from './route-metadata.js';
import { AuthError } from '../core/errors.js';
import { GLOBAL_GUARD } from '../options/tokens.js';
import { findMissingPolicies } from '../bootstrap/missing-policies.js';
import { findOutsideHandlers } from '../bootstrap/outside-handlers.js';
import { findUnguardedRoutes } from '../bootstrap/unguarded-routes.js';

/**
 * Looks at every decorated class once, at bootstrap: a route that contradicts itself must not wait
 * for its first request.
 */
@Injectable()
export class RouteAudit implements OnModuleInit {
  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(MetadataScanner) private readonly scanner: MetadataScanner,
    @Inject(ApplicationConfig) private readonly config: ApplicationConfig,
    /** `undefined` where the module was imported without options, which stops the start as well. */
    @Optional() @Inject(GLOBAL_GUARD) private readonly globalGuard: boolean | undefined,
  ) {
    const providers = discovery.getProviders();
    requireOneModule(providers.filter(({ metatype }) => metatype === RouteAudit).length);
    const provided = new Set<unknown>(providers.map(({ token }) => token));
    // Now, for the microservices of a hybrid application listen before any module is initialised.
    this.requireNone((target, handlers) => [
      ...findContradictions(target, handlers),
      ...findMissingPolicies(target, handlers, provided),
      ...(globalGuard === true ? findOutsideHandlers(target, handlers) : []),
    ]);
  }

  /** By now the application has named its own global guards. */
  onModuleInit(): void {
    if (this.globalGuard !== true && !this.hasGlobalGuard()) this.requireNone(findUnguardedRoutes);
  }

  private requireNone(find: (target: Type, handlers: Handlers) => string[]): void {
    const wrappers = [...this.discovery.getControllers(), ...this.discovery.getProviders()];
    const classes = new Set(wrappers.map(({ metatype }) => metatype).filter(isClass));
    const problems = [...classes].flatMap((target) => find(target, this.handlersOf(target)));
    if (problems.length === 0) return;
    throw new AuthError(
      'configuration_invalid',
      'AuthgearModule cannot start with these ' +
        `routes:\n${problems.map((problem) => `- ${problem}`).join('\n')}`,
    );
  }

  private hasGlobalGuard(): boolean {
    return (
      this.config.getGlobalGuards().length > 0 || this.config.getGlobalRequestGuards().length > 0
    );
  }

  private handlersOf(target: Type): Handlers {
    const prototype = target.prototype as Handlers;
    return Object.fromEntries(
      this.scanner
        .getAllMethodNames(prototype)
        .flatMap((name) => (prototype[name] === undefined ? [] : [[name, prototype[name]]])),
    );
  }
}

/**
 * Two have two global guards, and a token that satisfies the options of one is refused by those of
 * the other.
 */
function requireOneModule(count: number): void {
  if (count === 1) return;
  throw new AuthError(
    'configuration_invalid',
    `AuthgearModule is imported ${count} times: import it once, in the root module. It is global.`,
  );
}

function isClass(metatype: unknown): metatype is Type {
  return (
    typeof metatype === 'function' &&
    typeof metatype.prototype === 'object' &&
    metatype.prototype !== null
  );
}
