import 'reflect-metadata';
import type { ExecutionContext, Type } from '@nestjs/common';
import {
  combine,
  hasRequirements,
  noRequirement,
  type Requirement,
} from '../core/policy/requirement.js';
import { requireImport } from '../options/import-check.js';
import type { AnyPolicy } from './custom-policies.js';
import type { OrganizationSource } from './organization-id.js';

/**
 * `public`: the guard checks nothing. `optional`: anonymous requests are allowed, bad tokens are
 * refused. `protected`: a user is required.
 */
export type Access = 'public' | 'optional' | 'protected';

/** The requirements of a route, with the policies and sources of the application. */
export type RouteRequirement = Requirement<AnyPolicy, OrganizationSource>;

/** The combined declarations of the decorators on one class or handler. */
interface Declared {
  readonly access: ReadonlySet<Exclude<Access, 'protected'>>;
  readonly requirement: RouteRequirement;
}

/** The combined access and requirements of a class and its handler. */
export interface Route {
  readonly access: Access;
  readonly requirement: RouteRequirement;
  /** Whether the route requires more than a user. */
  readonly hasRequirements: boolean;
}

const KEY = 'nestjs-authgear:route';
const nothing: Declared = { access: new Set(), requirement: noRequirement };

type Target = abstract new (...args: never[]) => unknown;
type Handler = (...args: never[]) => unknown;
/** The methods of a class by name. */
export type Handlers = Readonly<Record<string, Handler>>;

/**
 * A decorator for classes and handlers. Decorators add up: a second `@Scopes()` never replaces the
 * first.
 */
export type RouteDecorator = ClassDecorator & MethodDecorator;

/**
 * Creates a decorator that adds to the declarations of its target. Decorators run from the last to
 * the first, so the addition comes before the existing declarations.
 */
export function declareRoute(addition: {
  access?: Exclude<Access, 'protected'>;
  requirement?: RouteRequirement;
}): RouteDecorator {
  return (target: object, key?: string | symbol, descriptor?: PropertyDescriptor) => {
    const subject = (descriptor === undefined ? target : descriptor.value) as Target | Handler;
    const { access, requirement = noRequirement } = addition;
    const said = { access: new Set(access === undefined ? [] : [access]), requirement };
    const declared = add(said, declaredBy(subject));
    Reflect.defineMetadata(KEY, declared, subject);
    if (access !== 'public') requireImport(subject);
    // Also stored by name, because a decorator that wraps the handler later drops the metadata of
    // the function.
    if (key !== undefined) Reflect.defineMetadata(KEY, declared, target, key);
  };
}

/**
 * Routes by handler. Several classes can inherit a handler: the entry is for the class that was
 * read last.
 */
const routes = new WeakMap<Handler, { readonly target: Target; readonly route: Route }>();

/**
 * Returns the route of a request. Declarations do not change after the class is created, so they
 * are read once.
 */
export function routeOf(context: Pick<ExecutionContext, 'getClass' | 'getHandler'>): Route {
  const target: Target = context.getClass();
  const handler = context.getHandler() as Handler;
  const known = routes.get(handler);
  if (known?.target === target) return known.route;
  const route = read(target, handler);
  routes.set(handler, { target, route });
  return route;
}

function read(target: Target, handler: Handler): Route {
  const outer = declaredOn(target);
  const inner = declaredOn(handler);
  const access = accessOf(inner) ?? accessOf(outer) ?? 'protected';
  const requirement =
    access === 'public' ? noRequirement : combine(outer.requirement, inner.requirement);
  return { access, requirement, hasRequirements: hasRequirements(requirement) };
}

/**
 * Returns the declarations on a handler, or those on a class and on the classes that it extends.
 */
function declaredOn(subject: Target | Handler): Declared {
  let declared = nothing;
  for (const link of chainOf(subject)) declared = add(declared, declaredBy(link));
  return declared;
}

/** Returns the declarations on this class or handler only. */
function declaredBy(subject: object): Declared {
  return (Reflect.getOwnMetadata(KEY, subject) as Declared | undefined) ?? nothing;
}

function add(first: Declared, then: Declared): Declared {
  return {
    access: new Set([...first.access, ...then.access]),
    requirement: combine(first.requirement, then.requirement),
  };
}

/** Yields an object and its prototypes. For a class, these are the classes that it extends. */
function* chainOf(start: object): Generator<object> {
  for (
    let link: object | null = start;
    link !== null;
    link = Object.getPrototypeOf(link) as object | null
  )
    yield link;
}

function accessOf({ access, requirement }: Declared): Access | undefined {
  if (access.has('public')) return 'public';
  if (access.has('optional')) return 'optional';
  return hasRequirements(requirement) ? 'protected' : undefined;
}

/** Whether the decorators make this handler public. */
export function isPublic(target: Type, handler: Handler): boolean {
  return read(target, handler).access === 'public';
}

/** Returns the combined requirements of the class and the handler. */
export function requirementOf(target: Type, handler: Handler): RouteRequirement {
  return read(target, handler).requirement;
}

/** Returns the access that is declared on a class itself; `undefined` if none is declared. */
export function accessOfClass(target: Type): Access | undefined {
  return accessOf(declaredBy(target));
}

/** Whether a decorator was applied to a method, even if another decorator dropped it. */
export function isDeclaredOn(target: Type, name: string, handler: Handler): boolean {
  const owner = ownersOf(target, name)[0];
  return declaredBy(handler) !== nothing || declaredUnder(owner, name) !== undefined;
}

/** Finds contradictions on a class and its methods, one line per place. */
export function findContradictions(target: Type, handlers: Handlers): string[] {
  const problems = contradictionsOf(declaredOn(target), target.name);
  for (const [name, handler] of Object.entries(handlers)) {
    const inner = declaredBy(handler);
    const place = `${target.name}.${name}()`;
    problems.push(...contradictionsOf(inner, place));
    if (isLost(target, name, handler)) {
      problems.push(
        `${place} was replaced by another decorator, which dropped what it requires: write ` +
          'the decorators of nestjs-authgear above that one',
      );
    }
    const opener = openerOf(target);
    const isOpened = opener !== undefined && !isBelow(ownersOf(target, name)[0], opener);
    if (isOpened && !inner.access.has('public') && hasRequirements(inner.requirement)) {
      problems.push(
        `${place} has a requirement, but its class ${opener.name} is @Public(): open its ` +
          'other handlers one by one instead',
      );
    }
  }
  return problems;
}

/**
 * Finds requirements that a handler without declarations lost, and access that it gained, by
 * inheritance.
 */
export function findInheritance(target: Type, name: string, handler: Handler): string[] {
  if (accessOf(declaredBy(handler)) !== undefined) return [];
  const place = `${target.name}.${name}()`;
  const [owner, ...overridden] = ownersOf(target, name);
  const base = overridden.find((prototype) => {
    const declared = declaredUnder(prototype, name);
    return declared !== undefined && hasRequirements(declared.requirement);
  });
  if (base !== undefined) {
    return [
      `${place} overrides ${base.constructor.name}.${name}() and loses what that requires: ` +
        'repeat its decorators, or add @Public() if the handler is open',
    ];
  }
  const opener = openerOf(target);
  if (opener === undefined || !isBelow(owner, opener)) return [];
  return [
    `${place} is open, because its class extends ${opener.name}, which is @Public(): ` +
      'add a requirement, or @Public() if the handler is open',
  ];
}

/** Returns the nearest class with `@Public()`: the class itself, or one that it extends. */
function openerOf(target: Type): Target | undefined {
  const opener = [...chainOf(target)].find((link) => declaredBy(link).access.has('public'));
  return opener as Target | undefined;
}

/** Whether the prototype belongs to a class that extends this one. */
function isBelow(prototype: object | undefined, { prototype: base }: Target): boolean {
  return prototype !== undefined && Object.prototype.isPrototypeOf.call(base as object, prototype);
}

/** Returns the prototypes that have a method of this name. The first one is used. */
function ownersOf(target: Type, name: string): object[] {
  return [...chainOf(target.prototype as object)].filter((link) => Object.hasOwn(link, name));
}

/** Returns the declarations under a name, even if another decorator replaced the method later. */
function declaredUnder(prototype: object | undefined, name: string): Declared | undefined {
  return prototype === undefined
    ? undefined
    : (Reflect.getOwnMetadata(KEY, prototype, name) as Declared | undefined);
}

/**
 * Whether a method lost its declarations: they are stored under its name, but not on the function.
 */
function isLost(target: Type, name: string, handler: Handler): boolean {
  const declared = declaredUnder(ownersOf(target, name)[0], name);
  return declared !== undefined && declared !== declaredBy(handler);
}

function contradictionsOf({ access, requirement }: Declared, place: string): string[] {
  if (!access.has('public')) return [];
  if (hasRequirements(requirement))
    return [`${place} is @Public() and has a requirement: take one of them away`];
  return access.has('optional')
    ? [`${place} is @Public() and @OptionalAuth(): take one of them away`]
    : [];
}
