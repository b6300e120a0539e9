import { noRequirement } from '../../core/policy/requirement.js';
import { isName } from '../../core/types.js';
import { declareRoute, type RouteDecorator } from '../route-metadata.js';

/**
 * Makes a route, or all routes of a controller, public: the guard reads no token and sets no user.
 * On a handler, it overrides the requirements of the class. It is an error at bootstrap to combine
 * it with a requirement on the same target.
 */
export function Public(): RouteDecorator {
  return declareRoute({ access: 'public' });
}

/**
 * Allows anonymous requests, without a user. A **bad** token is still refused. The decorator
 * removes no requirement: a route with a requirement (`@Scopes()`, `@MaxAuthAge()`, `@Roles()` …)
 * still answers an anonymous request with 401.
 */
export function OptionalAuth(): RouteDecorator {
  return declareRoute({ access: 'optional' });
}

/**
 * Restricts a route or a controller to some of the trusted issuers, by their exact names. A token
 * of another issuer gets 403. On class and handler, both lists apply. Throws a `TypeError` at
 * decoration without a name.
 *
 * @example `@Issuers('https://my-app.authgear.cloud')`
 */
export function Issuers(...issuers: [string, ...string[]]): RouteDecorator {
  if (issuers.length === 0 || !issuers.every(isName)) {
    throw new TypeError('@Issuers() needs at least one issuer, by its exact name');
  }
  return declareRoute({ requirement: { ...noRequirement, issuers: [[...issuers]] } });
}
