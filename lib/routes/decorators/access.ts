import { declareRoute, type RouteDecorator } from '../route-metadata.js';

/**
 * Opens a route, or all routes of a controller: the guard steps aside, reads no token and sets no
 * user. On a handler it beats the requirements of the class. Together with a requirement on the
 * same target it is an error at bootstrap.
 */
export function Public(): RouteDecorator {
  return declareRoute({ access: 'public' });
}
