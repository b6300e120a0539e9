import { toSeconds, type Duration } from '../../core/duration.js';
import { noRequirement } from '../../core/policy/requirement.js';
import { declareRoute, type RouteDecorator } from '../route-metadata.js';
import { checkNames } from './names.js';

/** @see MaxAuthAge */
export interface MaxAuthAgeOptions {
  /**
   * What happens to a user who can never reauthenticate (Authgear `can_reauthenticate: false`) and
   * whose authentication is too old: `'deny'` is a 403 that says so, `'allow'` lets them in. On
   * class and handler, `'allow'` must stand in both.
   * @default 'deny'
   */
  readonly ifCannotReauthenticate?: 'allow' | 'deny' | undefined;
}

/**
 * The user authenticated at most this long ago, by the newer of the access token's `auth_time` and
 * that of an ID token beside it (option `idToken`). Otherwise the answer is 401 with the step-up
 * challenge of RFC 9470, which tells the client to reauthenticate. A token without a usable
 * `auth_time`, or with a future one, is refused alike. A machine token gets 403, because no login
 * would help. On class and handler, the strictest age holds.
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
 * The issuer itself confirmed the session at most this long ago, through its resolver (option
 * `resolver`) or its userinfo endpoint: a user who was disabled, or signed out, is noticed within
 * this time. While the issuer cannot be reached, the answer is 503. Confirmations are shared by all
 * requests with one token and renewed in the background. On class and handler, and with the option
 * `maxStaleness`, the strictest holds.
 *
 * A machine's token (`user.isMachine`) passes: it has no session that could end, and Authgear
 * cannot be asked about one.
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
 * The user authenticated by all of these methods (`amr`, RFC 8176; Authgear: `mfa`, `otp`,
 * `x_passkey` …). Otherwise the answer is 401 with the step-up challenge of RFC 9470 where another
 * authentication can help, and 403 where it cannot: for machines, and for users who can never
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
