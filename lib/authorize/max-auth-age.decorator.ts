import { toSeconds, type Duration } from '../core/duration.js';
import { noRequirement } from '../core/policy/requirement.js';
import { declareRoute, type RouteDecorator } from './route-metadata.js';

/**
 * The user must have authenticated at most this long ago, by the access token's `auth_time`; else 401 with the step-up challenge of
 * RFC 9470, which tells the client to reauthenticate. A token without a usable `auth_time`, or with a future one, is refused alike; a
 * machine token gets 403, for no login would help. On class and handler, the strictest age holds.
 *
 * Throws a `TypeError` at decoration unless the age is positive and finite.
 *
 * @param age seconds, or a string with a unit such as `'5m'`
 */
export function MaxAuthAge(age: Duration): RouteDecorator {
  const maxAge = toSeconds(age);
  if (maxAge === undefined || maxAge === 0) {
    throw new TypeError(`@MaxAuthAge(): ${String(age)} is not a positive number of seconds or a string such as '5m'`);
  }
  return declareRoute({ requirement: { ...noRequirement, maxAge } });
}
