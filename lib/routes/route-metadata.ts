import 'reflect-metadata';
import type { ExecutionContext, Type } from '@nestjs/common';
import {
  combine,
  hasRequirements,
  noRequirement,
  type Requirement,
} from '../core/policy/requirement.js';
import type { AnyPolicy } from './custom-policies.js';
import type { OrganizationSource } from './organization-id.js';

/**
 * `public`: the guard steps aside. `optional`: anonymous is fine, a bad token is not. `protected`:
 * a user is needed.
 */
export type Access = 'public' | 'optional' | 'protected';

/** What a route requires, with the policies and sources of the application. */
export type RouteRequirement = Requirement<AnyPolicy, OrganizationSource>;

/** What the decorators on one class or handler say together. */
interface Declared {
  readonly access: ReadonlySet<Exclude<Access, 'protected'>>;
  readonly requirement: RouteRequirement;
}

/** What a route requires, class and handler together. */
export interface Route {
  readonly access: Access;
  readonly requirement: RouteRequirement;
  /** Whether a user alone is not enough. */
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
 * Makes a decorator that adds to what its target already says (a subclass adds to its base class).
 * Decorators run from the last to the first, so what comes now stands before.
 */
export function declareRoute(addition: {
  access?: Exclude<Access, 'protected'>;
  requirement?: RouteRequirement;
}): RouteDecorator {
  return (target: object, key?: string | symbol, descriptor?: PropertyDescriptor) => {
    const subject = (descriptor === undefined ? target : descriptor.value) as Target | Handler;
    const before = declaredOn(subject);
    const after: Declared = {
      access:
        addition.access === undefined
          ? before.access
          : new Set([...before.access, addition.access]),
      requirement:
        addition.requirement === undefined
          ? before.requirement
          : combine(addition.requirement, before.requirement),
    };
    Reflect.defineMetadata(KEY, after, subject);
    // Once more under the name: a decorator that wraps the handler afterwards leaves the first
    // behind.
    if (key !== undefined) Reflect.defineMetadata(KEY, after, target, key);
  };
}

/**
 * By handler. A handler that is inherited stands in several classes: the one that was asked about
 * last.
 */
const routes = new WeakMap<Handler, { readonly target: Target; readonly route: Route }>();

/**
 * The one reader of what the decorators wrote. They ran when the class was made, so it reads once.
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

function declaredOn(subject: Target | Handler): Declared {
  return (Reflect.getMetadata(KEY, subject) as Declared | undefined) ?? nothing;
}

function accessOf({ access, requirement }: Declared): Access | undefined {
  if (access.has('public')) return 'public';
  if (access.has('optional')) return 'optional';
  return hasRequirements(requirement) ? 'protected' : undefined;
}

/** Whether the decorators open this handler. */
export function isPublic(target: Type, handler: Handler): boolean {
  return read(target, handler).access === 'public';
}

/** What the decorators demand of whoever asks for this handler. */
export function requirementOf(target: Type, handler: Handler): RouteRequirement {
  return read(target, handler).requirement;
}

/** What contradicts itself on a class and its handlers, one line per place. */
export function findContradictions(target: Type, handlers: Handlers): string[] {
  const outer = declaredOn(target);
  const problems = contradictionsOf(outer, target.name);
  for (const [name, handler] of Object.entries(handlers)) {
    const inner = declaredOn(handler);
    const route = `${target.name}.${name}()`;
    problems.push(...contradictionsOf(inner, route));
    if (isLost(target, name, handler)) {
      problems.push(
        `${route} was replaced by another decorator, which dropped what it demands: write ` +
          'the decorators of nestjs-authgear above that one',
      );
    }
    if (
      outer.access.has('public') &&
      !inner.access.has('public') &&
      hasRequirements(inner.requirement)
    ) {
      problems.push(
        `${route} has a requirement, but its class ${target.name} is @Public(): open its ` +
          'other handlers one by one instead',
      );
    }
  }
  return problems;
}

/**
 * Whether a handler lost what was declared on it: under its name there is something, and the
 * function does not have it.
 */
function isLost(target: Type, name: string, handler: Handler): boolean {
  for (
    let owner = target.prototype as object | null;
    owner !== null;
    owner = Object.getPrototypeOf(owner) as object | null
  ) {
    if (Object.hasOwn(owner, name))
      return Reflect.getOwnMetadata(KEY, owner, name) !== Reflect.getOwnMetadata(KEY, handler);
  }
  return false;
}

function contradictionsOf({ access, requirement }: Declared, place: string): string[] {
  if (!access.has('public')) return [];
  if (hasRequirements(requirement))
    return [`${place} is @Public() and has a requirement: take one of them away`];
  return access.has('optional')
    ? [`${place} is @Public() and @OptionalAuth(): take one of them away`]
    : [];
}
