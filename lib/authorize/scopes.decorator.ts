import { noRequirement, type ScopeDemand } from '../core/policy/requirement.js';
import { declareRoute, type RouteDecorator } from './route-metadata.js';

/** RFC 6749 section 3.3: `scope-token`. */
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/**
 * The access token must have all of these scopes, or one of `anyOf`; else 403 with an `insufficient_scope` challenge that lists them.
 * Several decorators on class and handler add up. Throws a `TypeError` at decoration for no scope, or one with a space in it.
 *
 * @example `@Scopes('read:reports', 'export:reports')`
 * @example `@Scopes({ anyOf: ['admin', 'write:reports'] })`
 */
export function Scopes(...all: [string, ...string[]]): RouteDecorator;
export function Scopes(alternatives: { readonly anyOf: readonly [string, ...string[]] }): RouteDecorator;
export function Scopes(...args: [{ readonly anyOf: readonly string[] }] | string[]): RouteDecorator {
  const [first] = args;
  if (typeof first !== 'object') return demand({ allOf: checkScopes('@Scopes()', args) });
  // Anything beside it would silently be dropped.
  if (args.length > 1 || Object.keys(first ?? {}).join() !== 'anyOf')
    throw new TypeError('@Scopes() takes scopes, or one { anyOf: [...] } and nothing else');
  return demand({ anyOf: checkScopes('@Scopes()', first.anyOf) });
}

function demand(scopes: ScopeDemand): RouteDecorator {
  return declareRoute({ requirement: { ...noRequirement, scopes: [scopes] } });
}

/** @internal Gives a copy. Throws a `TypeError` unless these are scopes, at least one. */
export function checkScopes(decorator: string, scopes: unknown): readonly string[] {
  if (!Array.isArray(scopes) || scopes.length === 0) throw new TypeError(`${decorator} needs at least one scope`);
  for (const scope of scopes) {
    if (typeof scope !== 'string' || !SCOPE_TOKEN.test(scope)) {
      throw new TypeError(`${decorator}: ${JSON.stringify(scope)} is not a scope (RFC 6749 section 3.3); pass several as several arguments`);
    }
  }
  return Object.freeze([...(scopes as string[])]);
}
