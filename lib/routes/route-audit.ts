import 'reflect-metadata';
import { Inject, Injectable, Optional, type OnModuleInit, type Type } from '@nestjs/common';
import { ApplicationConfig, DiscoveryService, MetadataScanner, ModuleRef } from '@nestjs/core';
import { AuthError } from '../core/errors.js';
import { hasRequirements } from '../core/policy/requirement.js';
import { GLOBAL_GUARD, GUARD_CLASS, RESOLVED_OPTIONS } from '../options/tokens.js';
import type { ResolvedOptions } from '../options/resolve.js';
import { isPolicyClass } from './custom-policies.js';
import { findScopedGuards, isGuardOf } from './guards.js';
import { handlerKind, isGateway, usedGuards, type HandlerKind } from './handlers.js';
import {
  accessOfClass,
  findContradictions,
  findInheritance,
  isDeclaredOn,
  isPublic,
  requirementOf,
  type Handlers,
} from './route-metadata.js';

/** A handler of any transport. */
interface Place {
  readonly target: Type;
  readonly name: string;
  readonly handler: Handlers[string];
  readonly kind: HandlerKind;
}

/** The provider token for the options of GraphQL modules, which can enable guards for fields. */
const GRAPHQL_OPTIONS = 'GqlModuleOptions';

/**
 * Checks all handlers once, at bootstrap. The application does not start if a requirement
 * contradicts itself, is declared where no guard reads it, or has no guard that checks it.
 */
@Injectable()
export class RouteAudit implements OnModuleInit {
  private isInitialized = false;

  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(MetadataScanner) private readonly scanner: MetadataScanner,
    @Inject(ApplicationConfig) private readonly config: ApplicationConfig,
    @Inject(ModuleRef) private readonly modules: ModuleRef,
    @Inject(GUARD_CLASS) private readonly guard: Type,
    /** `undefined` if the module was imported without options, which also stops the start. */
    @Optional() @Inject(GLOBAL_GUARD) private readonly globalGuard: boolean | undefined,
  ) {
    const audits = discovery.getProviders().filter(({ metatype }) => metatype === RouteAudit);
    requireOneModule(audits.length);
    // The microservices of a hybrid application listen before any module is initialized.
    if (this.classes().some((target) => this.hasOpenMessages(target))) this.check();
  }

  /**
   * At this point, the application has registered its own global guards, and every provider is
   * resolved.
   */
  onModuleInit(): void {
    this.isInitialized = true;
    const scoped = findScopedGuards(this.discovery.getProviders(), this.guard);
    if (scoped.length > 0) throw refusal(scoped);
    if (this.globalGuard === true && !this.hasGlobalGuard())
      throw refusal(['JwtAuthGuard is not among the global guards of the application']);
    this.check();
    this.warnOfEarlierGuards();
  }

  private check(): void {
    const provided = new Set<unknown>(this.discovery.getProviders().map(({ token }) => token));
    const problems = this.classes().flatMap((target) => {
      const methods = this.methodsOf(target);
      return [
        ...findContradictions(target, methods),
        ...findMissingPolicies(target, methods, provided),
        ...findUnread(target, methods),
        ...placesOf(target, methods).flatMap((place) => [
          ...findInheritance(target, place.name, place.handler),
          ...this.findUnguarded(place),
        ]),
      ];
    });
    if (problems.length > 0) throw refusal(problems);
  }

  private classes(): Type[] {
    const wrappers = [...this.discovery.getControllers(), ...this.discovery.getProviders()];
    const classes = wrappers.flatMap(({ metatype, instance }) => [metatype, classOf(instance)]);
    return [...new Set(classes.filter(isClass))];
  }

  private methodsOf(target: Type): Handlers {
    const prototype = target.prototype as Handlers;
    return Object.fromEntries(
      this.scanner.getAllMethodNames(prototype).flatMap((name) => {
        const { [name]: method } = prototype;
        return method === undefined ? [] : [[name, method]];
      }),
    );
  }

  /** Finds handlers whose requirements no guard checks. */
  private findUnguarded({ target, name, handler, kind }: Place): string[] {
    if (isPublic(target, handler)) return [];
    const isRequiring = hasRequirements(requirementOf(target, handler));
    if (this.globalGuard !== true && !isRequiring) return [];
    const place = `${target.name}.${name}()`;
    // Before initialization, the application may still register global guards, and the GraphQL
    // options are not available.
    if (!this.isInitialized && kind !== 'message') return [];
    if (kind === 'field' && isRequiring && !this.areFieldsGuarded()) {
      return [
        `${place} is a field resolver, and NestJS asks no guard about it: add ` +
          `fieldResolverEnhancers: ['guards'] to the options of GraphQLModule`,
      ];
    }
    if (this.isGuarded(target) || this.isGuarded(handler)) return [];
    if (kind === 'message' || kind === 'event') {
      return [
        `${place} receives messages, which JwtAuthGuard refuses: add @Public() ` +
          'and a guard of its own that calls TokenService.verifyAccessToken()',
      ];
    }
    if (this.globalGuard === true || this.hasGlobalGuard()) return [];
    return [
      `${place} has a requirement, and no JwtAuthGuard checks it: add @UseGuards(JwtAuthGuard)`,
    ];
  }

  private hasOpenMessages(target: Type): boolean {
    return placesOf(target, this.methodsOf(target)).some(
      (place) => place.kind === 'message' && this.findUnguarded(place).length > 0,
    );
  }

  private hasGlobalGuard(): boolean {
    return this.config.getGlobalGuards().some((guard) => this.isOurs(guard));
  }

  /** Whether `@UseGuards()` adds the guard to a class or a handler. */
  private isGuarded(subject: object): boolean {
    return usedGuards(subject).some((guard) => this.isOurs(guard));
  }

  /** Whether a guard is `JwtAuthGuard`, extends it, or replaces it as a provider in a test. */
  private isOurs(guard: unknown): boolean {
    return (
      isGuardOf(this.guard, guard) || guard === this.modules.get(this.guard, { strict: false })
    );
  }

  private areFieldsGuarded(): boolean {
    return this.discovery
      .getProviders()
      .filter(({ token }) => token === GRAPHQL_OPTIONS)
      .every(({ instance }) => {
        const { fieldResolverEnhancers } = (instance ?? {}) as Record<string, unknown>;
        return Array.isArray(fieldResolverEnhancers) && fieldResolverEnhancers.includes('guards');
      });
  }

  private warnOfEarlierGuards(): void {
    const guards: readonly object[] = this.config.getGlobalGuards();
    const position = guards.findIndex((guard) => this.isOurs(guard));
    if (position <= 0) return;
    const names = guards.slice(0, position).map((guard) => guard.constructor.name);
    this.modules
      .get<ResolvedOptions>(RESOLVED_OPTIONS, { strict: false })
      .logger.warn(
        `Global guards that run before JwtAuthGuard see no user: ${names.join(', ')}. ` +
          'To change the order, set globalGuard: false and list ' +
          '{ provide: APP_GUARD, useExisting: JwtAuthGuard } before them.',
      );
  }
}

/**
 * Throws unless the module is imported once. Two modules would have two global guards, and each
 * would refuse requests that only the other accepts.
 */
function requireOneModule(count: number): void {
  if (count === 1) return;
  throw new AuthError(
    'configuration_invalid',
    `AuthgearModule is imported ${count} times: import it once, in the root module. It is global.`,
  );
}

function refusal(problems: readonly string[]): AuthError {
  const list = problems.map((problem) => `- ${problem}`).join('\n');
  return new AuthError(
    'configuration_invalid',
    `AuthgearModule cannot start with these routes:\n${list}`,
  );
}

function placesOf(target: Type, methods: Handlers): Place[] {
  return Object.entries(methods).flatMap(([name, handler]) => {
    const kind = handlerKind(target, handler);
    return kind === undefined ? [] : [{ target, name, handler, kind }];
  });
}

/** Finds policies that no module provides. */
function findMissingPolicies(
  target: Type,
  methods: Handlers,
  provided: ReadonlySet<unknown>,
): string[] {
  return Object.entries(methods).flatMap(([name, handler]) =>
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

/** Finds decorators that no guard reads. */
function findUnread(target: Type, methods: Handlers): string[] {
  const unread = Object.entries(methods)
    .filter(([name, method]) => isDeclaredOn(target, name, method))
    .filter(([, method]) => handlerKind(target, method) === undefined)
    .map(
      ([name]) =>
        `${target.name}.${name}() is not a handler of NestJS, so that no guard reads its ` +
        'decorators: move them to a handler',
    );
  const access = accessOfClass(target);
  // `@Public()` on a gateway class opens its connections, so it is read without handlers.
  const isRead = placesOf(target, methods).length > 0 || (isGateway(target) && access === 'public');
  if (access === undefined || isRead) return unread;
  return [
    `${target.name} has no handler of NestJS, so that no guard reads its decorators: move them ` +
      'to a class that has',
    ...unread,
  ];
}

/**
 * Returns the class of a provider that a factory created. Reads no property of the object itself.
 */
function classOf(instance: unknown): unknown {
  if (typeof instance !== 'object' || instance === null) return undefined;
  return (Object.getPrototypeOf(instance) as object | null)?.constructor;
}

function isClass(metatype: unknown): metatype is Type {
  return (
    typeof metatype === 'function' &&
    typeof metatype.prototype === 'object' &&
    metatype.prototype !== null
  );
}
