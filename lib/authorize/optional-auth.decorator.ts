import { declareRoute, type RouteDecorator } from '../routes/route-metadata.js';

/**
 * Lets anonymous requests in, without a user. A **bad** token is still refused, and where anything
 * is demanded (`@Scopes()`, `@MaxAuthAge()`, `@Roles()` …), anonymous is still 401: this decorator
 * drops nothing.
 */
export function OptionalAuth(): RouteDecorator {
  return declareRoute({ access: 'optional' });
}
