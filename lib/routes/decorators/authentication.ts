import { toSeconds, type Duration } from '../../core/duration.js';
import { noRequirement } from '../../core/policy/requirement.js';
import { declareRoute, type RouteDecorator } from '../route-metadata.js';

/** @see MaxAuthAge */
export interface MaxAuthAgeOptions {
  /**
   * What becomes of a user who can never reauthenticate (Authgear `can_reauthenticate: false`) and
   * is too old: `'deny'` is a 403 that says so, `'allow'` lets them in. On class and handler,
   * `'allow'` must stand in both.
   * @default 'deny'
   */
  readonly ifCannotReauthenticate?: 'allow' | 'deny';
}

/**
 * The user must have authenticated at most this long ago, by the newer of the access token's
 * `auth_time` and that of an ID token sent beside it (option `idToken`); else 401 with the step-up
 * challenge of RFC 9470, which tells the client to reauthenticate. A token without a usable
 * `auth_time`, or with a future one, is refused alike; a machine token gets 403, for no login would
 * help. On class and handler, the strictest age holds.
 *
 * Throws a `TypeError` at decoration unless the age is positive and finite.
 *
 * @param age seconds, or a string with a unit such as `'5m'`
 */
export function MaxAuthAge(
  age: Duration,
  { ifCannotReauthenticate = 'deny' }: MaxAuthAgeOptions = {},
): RouteDecorator {
  const maxAge = toSeconds(age);
  if (maxAge === undefined || maxAge === 0) {
    throw new TypeError(
      `@MaxAuthAge(): ${String(age)} is not a positive number of seconds or a string such as '5m'`,
    );
  }
  if (ifCannotReauthenticate !== 'allow' && ifCannotReauthenticate !== 'deny') {
    throw new TypeError("@MaxAuthAge(): ifCannotReauthenticate is 'allow' or 'deny'");
  }
  return declareRoute({
    requirement: { ...noRequirement, age: [{ maxAge, ifCannotReauthenticate }] },
  });
}
