import { noRequirement } from '../core/policy/requirement.js';
import { checkNames, readNames, type Alternatives } from './demand.js';
import { declareRoute, type RouteDecorator } from '../routes/route-metadata.js';

/**
 * The user must have all of these roles, or one of `anyOf`; else 403. Authgear: effective role
 * keys. Several decorators on class and handler add up. Throws a `TypeError` at decoration without
 * a name.
 *
 * @example `@Roles('store_manager')`
 * @example `@Roles({ anyOf: ['admin', 'store_manager'] })`
 */
export function Roles(...all: [string, ...string[]]): RouteDecorator;
export function Roles(alternatives: Alternatives): RouteDecorator;
export function Roles(...args: [Alternatives] | string[]): RouteDecorator {
  return declareRoute({
    requirement: { ...noRequirement, roles: [readNames('@Roles()', args, checkNames)] },
  });
}
