import { toSeconds, type Duration } from '../../core/duration.js';
import { noRequirement } from '../../core/policy/requirement.js';
import { declareRoute, type RouteDecorator } from '../route-metadata.js';
import { checkNames } from './names.js';

/** @see MaxAuthAge */
export interface MaxAuthAgeOptions {
  /**
   * The result for a user who can never reauthenticate (Authgear `can_reauthenticate: false`) and
   * whose authentication is too old: `'deny'` answers with 403 and this reason, `'allow'` allows
   * the request. If class and handler both set an age, both must set `'allow'`.
   * @default 'deny'
   */
  readonly ifCannotReauthenticate?: 'allow' | 'deny' | undefined;
}

/**
 * Requires that the user authenticated at most this long ago. It uses the newer `auth_time` of the
 * access token and an accompanying ID token (option `idToken`). Otherwise the answer is 401 with
 * the step-up challenge of RFC 9470, which tells the client to reauthenticate. A token without a
 * usable `auth_time`, or with a future one, is refused in the same way. A machine token gets 403,
 * because no login would help. On class and handler, the strictest age applies.
 *
 * Throws a `TypeError` at decoration unless the age is positive and finite.
 *
 * @param age seconds, or a string with a unit such as `'5m'`
 */
export function MaxAuthAge(
  age: Duration,
  { ifCannotReauthenticate = 'deny' }: MaxAuthAgeOptions = {},
): RouteDecorator {
  const maxAge = readPositive('@MaxAuthAge()', age, '5m');
  if (ifCannotReauthenticate !== 'allow' && ifCannotReauthenticate !== 'deny') {
    throw new TypeError("@MaxAuthAge(): ifCannotReauthenticate is 'allow' or 'deny'");
  }
  return declareRoute({
    requirement: { ...noRequirement, ages: [{ maxAge, ifCannotReauthenticate }] },
  });
}

/**
 * Requires that the issuer confirmed the session at most this long ago, through its resolver
 * (option `resolver`) or its userinfo endpoint. A user who was disabled or signed out is refused
 * within this time. While the issuer cannot be reached, the answer is 503. All requests with one
 * token share its confirmations, which are renewed in the background. On class and handler, and
 * with the option `maxStaleness`, the strictest value applies.
 *
 * A machine's token (`user.isMachine`) passes: it has no session that could end, and Authgear
 * cannot confirm it.
 *
 * Throws a `TypeError` at decoration unless the duration is positive and finite.
 *
 * @param duration seconds, or a string with a unit such as `'10s'`
 */
export function MaxStaleness(duration: Duration): RouteDecorator {
  const seconds = readPositive('@MaxStaleness()', duration, '10s');
  return declareRoute({ requirement: { ...noRequirement, staleness: [seconds] } });
}

/**
 * Requires that the user authenticated with all of these methods (`amr`, RFC 8176; Authgear: `mfa`,
 * `otp`, `x_passkey` …). Otherwise the answer is 401 with the step-up challenge of RFC 9470 if
 * another authentication can help. It is 403 for machines, and for users who can never
 * reauthenticate.
 */
export function Amr(...methods: [string, ...string[]]): RouteDecorator {
  return declareRoute({
    requirement: { ...noRequirement, amr: checkNames('@Amr()', methods) },
  });
}

function readPositive(decorator: string, duration: Duration, example: string): number {
  const seconds = toSeconds(duration);
  if (seconds !== undefined && seconds > 0) return seconds;
  throw new TypeError(
    `${decorator}: ${String(duration)} is not a positive number of seconds or a string such as ` +
      `'${example}'`,
  );
}
