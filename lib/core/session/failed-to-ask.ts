import { AuthError } from '../errors.js';
import { describeFailure } from '../http.js';

/**
 * Nobody could tell whether a session holds. `timeout` in milliseconds; `credential`: what must not
 * be told, for a `fetch` of the application may quote it.
 */
export function upstreamFailure(
  whom: 'resolver' | 'userinfo endpoint',
  url: string,
  timeout: number,
  cause: unknown,
  credential: string,
): AuthError {
  const why = describeFailure(cause, timeout).replaceAll(credential, '***');
  const reason = `the ${whom} at "${new URL(url).origin}" did not tell whether the session holds: ${why}`;
  return new AuthError('session_unconfirmed', reason, { cause });
}
