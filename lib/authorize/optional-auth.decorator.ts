import { declareRoute, type RouteDecorator } from './route-metadata.js';

/**
 * Lets anonymous requests in, without a user. A **bad** token is still refused, and where `@Scopes()` or `@MaxAuthAge()` holds, anonymous
 * is still 401: this decorator drops nothing.
 */
export function OptionalAuth(): RouteDecorator {
  return declareRoute({ access: 'optional' });
}
