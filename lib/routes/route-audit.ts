import 'reflect-metadata';
import { Inject, Injectable, Optional, type OnModuleInit, type Type } from '@nestjs/common';
import { ApplicationConfig, DiscoveryService, MetadataScanner } from '@nestjs/core';
import { AuthError } from '../core/errors.js';
import { hasRequirements } from '../core/policy/requirement.js';
import { GLOBAL_GUARD, GUARD_CLASS } from '../options/tokens.js';
import { isPolicyClass } from './custom-policies.js';
import { findContradictions, isPublic, requirementOf, type Handlers } from './route-metadata.js';

/** Where NestJS stores the guards of `@UseGuards()` (`@nestjs/common`, `constants`). */
const GUARDS = '__guards__';
/** Where NestJS stores the method of a route (`@nestjs/common`, `constants`). */
const HTTP_METHOD = 'method';
/** Where NestJS stores gateways and message handlers (`constants` of their packages). */
const GATEWAY = 'websockets:is_gateway';
const MESSAGE_HANDLER = 'websockets:message_mapping';
const PATTERN_HANDLER = 'microservices:handler_type';

/** Finds what is wrong with a class and its handlers, one line per problem. */
type Find = (target: Type, handlers: Handlers) => string[];

/**
 * Checks every decorated class once, at bootstrap. A route that contradicts itself, or that no
 * guard protects, must not wait for its first request.
 */
@Injectable()
export class RouteAudit implements OnModuleInit {
  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(MetadataScanner) private readonly scanner: MetadataScanner,
    @Inject(ApplicationConfig) private readonly config: ApplicationConfig,
    @Inject(GUARD_CLASS) private readonly guard: Type,
    /** `undefined` where the module was imported without options, which stops the start as well. */
    @Optional() @Inject(GLOBAL_GUARD) private readonly globalGuard: boolean | undefined,
  ) {
    const providers = discovery.getProviders();
    requireOneModule(providers.filter(({ metatype }) => metatype === RouteAudit).length);
    const provided = new Set<unknown>(providers.map(({ token }) => token));
    // In the constructor, because the microservices of a hybrid application listen before any
    // module is initialized.
    this.requireNone((target, handlers) => [
      ...findContradictions(target, handlers),
      ...findMissingPolicies(target, handlers, provided),
      ...(globalGuard === true ? this.findOutsideHandlers(target, handlers) : []),
    ]);
  }

  /** By now the application has named its own global guards. */
  onModuleInit(): void {
    if (this.globalGuard !== true && !this.hasGlobalGuard()) this.requireNone(findUnguardedRoutes);
  }

  private requireNone(find: Find): void {
    const wrappers = [...this.discovery.getControllers(), ...this.discovery.getProviders()];
    const classes = new Set(wrappers.map(({ metatype }) => metatype).filter(isClass));
    const problems = [...classes].flatMap((target) => find(target, this.handlersOf(target)));
    if (problems.length === 0) return;
    const list = problems.map((problem) => `- ${problem}`).join('\n');
    throw new AuthError(
      'configuration_invalid',
      `AuthgearModule cannot start with these routes:\n${list}`,
    );
  }

  private hasGlobalGuard(): boolean {
    const { config } = this;
    return config.getGlobalGuards().length > 0 || config.getGlobalRequestGuards().length > 0;
  }

  private handlersOf(target: Type): Handlers {
    const prototype = target.prototype as Handlers;
    return Object.fromEntries(
      this.scanner.getAllMethodNames(prototype).flatMap((name) => {
        const { [name]: handler } = prototype;
        return handler === undefined ? [] : [[name, handler]];
      }),
    );
  }

  /**
   * Finds handlers that NestJS may call without the global guard: those of WebSocket gateways on
   * NestJS 11, and those of microservices that are connected to an HTTP application without
   * `inheritAppConfig`. Neither can be seen here, and a change of either must not open a door: each
   * such handler must say what it wants, by `@UseGuards(JwtAuthGuard)` or by `@Public()`.
   */
  private findOutsideHandlers(target: Type, handlers: Handlers): string[] {
    return Object.entries(handlers).flatMap(([name, handler]) => {
      const where = whereOutside(target, handler);
      if (where === undefined || isPublic(target, handler)) return [];
      if (this.isGuarded(target) || this.isGuarded(handler)) return [];
      return [
        `${target.name}.${name}() is outside the global guard ${where}: ` +
          'add @UseGuards(JwtAuthGuard), or @Public() if it is open or has a guard of its own',
      ];
    });
  }

  /** Whether `@UseGuards()` names the guard, an instance of it, or a class that extends it. */
  private isGuarded(subject: object): boolean {
    return usedGuards(subject).some(
      (used) =>
        used === this.guard ||
        used instanceof this.guard ||
        (typeof used === 'function' && used.prototype instanceof this.guard),
    );
  }
}

/** Two modules have two global guards, and each refuses what satisfies only the other. */
function requireOneModule(count: number): void {
  if (count === 1) return;
  throw new AuthError(
    'configuration_invalid',
    `AuthgearModule is imported ${count} times: import it once, in the root module. It is global.`,
  );
}

/** Finds policies that no module provides. */
function findMissingPolicies(
  target: Type,
  handlers: Handlers,
  provided: ReadonlySet<unknown>,
): string[] {
  return Object.entries(handlers).flatMap(([name, handler]) =>
    requirementOf(target, handler)
      .policies.map(({ policy }) => policy)
      .filter((policy) => isPolicyClass(policy) && !provided.has(policy))
      .map(
        (policy) =>
          `${target.name}.${name}() asks the policy ${policy.name}, which no module provides: ` +
          'add it to the providers of one',
      ),
  );
}

/** Finds routes whose requirements no guard checks, where no guard is global. */
function findUnguardedRoutes(target: Type, handlers: Handlers): string[] {
  if (usedGuards(target).length > 0) return [];
  return Object.entries(handlers)
    .filter(
      ([, handler]) =>
        Reflect.hasMetadata(HTTP_METHOD, handler) &&
        hasRequirements(requirementOf(target, handler)) &&
        usedGuards(handler).length === 0,
    )
    .map(
      ([name]) =>
        `${target.name}.${name}() has a requirement and no guard that asks for it: ` +
        'add @UseGuards(JwtAuthGuard)',
    );
}

function whereOutside(target: Type, handler: object): string | undefined {
  if (Reflect.hasMetadata(PATTERN_HANDLER, handler)) {
    return 'in an application that calls connectMicroservice() without "inheritAppConfig"';
  }
  const isGateway = Reflect.getMetadata(GATEWAY, target) === true;
  return isGateway && Reflect.hasMetadata(MESSAGE_HANDLER, handler) ? 'on NestJS 11' : undefined;
}

function usedGuards(subject: object): readonly unknown[] {
  return (Reflect.getMetadata(GUARDS, subject) ?? []) as readonly unknown[];
}

function isClass(metatype: unknown): metatype is Type {
  return (
    typeof metatype === 'function' &&
    typeof metatype.prototype === 'object' &&
    metatype.prototype !== null
  );
}
