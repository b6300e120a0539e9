import { noRequirement } from '../core/policy/requirement.js';
import { declareRoute, type RouteDecorator } from '../routes/route-metadata.js';

/**
 * Pins a route or a controller to some of the trusted issuers, by their exact names; a token of
 * another one gets 403. On class and handler, both lists hold. Throws a `TypeError` at decoration
 * without a name.
 *
 * @example `@Issuers('https://my-app.authgear.cloud')`
 */
export function Issuers(...issuers: [string, ...string[]]): RouteDecorator {
  if (
    issuers.length === 0 ||
    issuers.some((issuer) => typeof issuer !== 'string' || issuer === '')
  ) {
    throw new TypeError('@Issuers() needs at least one issuer, by its exact name');
  }
  return declareRoute({ requirement: { ...noRequirement, issuers: [[...issuers]] } });
}
