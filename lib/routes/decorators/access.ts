import { noRequirement } from '../../core/policy/requirement.js';
import { isName } from '../../core/types.js';
import { declareRoute, type RouteDecorator } from '../route-metadata.js';

/**
 * Opens a route, or all routes of a controller: the guard steps aside, reads no token and sets no
 * user. On a handler it beats the requirements of the class. Together with a requirement on the
 * same target it is an error at bootstrap.
 */
export function Public(): RouteDecorator {
  return declareRoute({ access: 'public' });
}

/**
 * Lets anonymous requests in, without a user. A **bad** token is still refused. The decorator drops
 * no requirement: where one stands (`@Scopes()`, `@MaxAuthAge()`, `@Roles()` …), an anonymous
 * request is still answered with 401.
 */
export function OptionalAuth(): RouteDecorator {
  return declareRoute({ access: 'optional' });
}

/**
 * Pins a route or a controller to some of the trusted issuers, by their exact names; a token of
 * another one gets 403. On class and handler, both lists hold. Throws a `TypeError` at decoration
 * without a name.
 *
 * @example `@Issuers('https://my-app.authgear.cloud')`
 */
export function Issuers(...issuers: [string, ...string[]]): RouteDecorator {
  if (issuers.length === 0 || !issuers.every(isName)) {
    throw new TypeError('@Issuers() needs at least one issuer, by its exact name');
  }
  return declareRoute({ requirement: { ...noRequirement, issuers: [[...issuers]] } });
}
