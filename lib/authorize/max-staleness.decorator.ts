import { toSeconds, type Duration } from '../core/duration.js';
import { noRequirement } from '../core/policy/requirement.js';
import { declareRoute, type RouteDecorator } from '../routes/route-metadata.js';

/**
 * The issuer itself must have confirmed the session at most this long ago, through its resolver
 * (option `resolver`) or its userinfo endpoint: a user who was disabled, or signed out, is noticed
 * that soon. While the issuer cannot be asked, the answer is 503. Confirmations are shared by all
 * requests with one token and renewed in the background. On class and handler, and with the option
 * `maxStaleness`, the strictest holds.
 *
 * A machine's token (`user.isMachine`) passes: there is no session that could end, and Authgear
 * cannot be asked about one.
 *
 * Throws a `TypeError` at decoration unless the duration is positive and finite.
 *
 * @param duration seconds, or a string with a unit such as `'10s'`
 */
export function MaxStaleness(duration: Duration): RouteDecorator {
  const seconds = toSeconds(duration);
  if (seconds === undefined || seconds === 0) {
    throw new TypeError(
      `@MaxStaleness(): ${String(duration)} is not a positive number of seconds or a string ` +
        `such as '10s'`,
    );
  }
  return declareRoute({ requirement: { ...noRequirement, staleness: [seconds] } });
}
