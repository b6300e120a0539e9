import { noRequirement } from '../../core/policy/requirement.js';
import { readNames, type Alternatives } from '../../authorize/demand.js';
import { declareRoute, type RouteDecorator } from '../route-metadata.js';

/** RFC 6749 section 3.3: `scope-token`. */
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/**
 * The access token must have all of these scopes, or one of `anyOf`; else 403 with an
 * `insufficient_scope` challenge that lists them. Several decorators on class and handler add up.
 * Throws a `TypeError` at decoration for no scope, or one with a space in it.
 *
 * @example `@Scopes('read:reports', 'export:reports')`
 * @example `@Scopes({ anyOf: ['admin', 'write:reports'] })`
 */
export function Scopes(...all: [string, ...string[]]): RouteDecorator;
export function Scopes(alternatives: Alternatives): RouteDecorator;
export function Scopes(...args: [Alternatives] | string[]): RouteDecorator {
  return declareRoute({
    requirement: { ...noRequirement, scopes: [readNames('@Scopes()', args, checkScopes)] },
  });
}

/** @internal Gives a copy. Throws a `TypeError` unless these are scopes, at least one. */
export function checkScopes(decorator: string, scopes: unknown): readonly string[] {
  if (!Array.isArray(scopes) || scopes.length === 0)
    throw new TypeError(`${decorator} needs at least one scope`);
  for (const scope of scopes) {
    if (typeof scope !== 'string' || !SCOPE_TOKEN.test(scope)) {
      throw new TypeError(
        `${decorator}: ${JSON.stringify(scope)} is not a scope (RFC 6749 section 3.3); pass ` +
          'several as several arguments',
      );
    }
  }
  return Object.freeze([...(scopes as string[])]);
}
