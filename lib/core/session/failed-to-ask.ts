import { AuthError } from '../errors.js';
import { describeFailure } from '../http.js';

/** Nobody could tell whether a session holds. `timeout` in milliseconds. */
export function failedToAsk(whom: 'resolver' | 'userinfo endpoint', url: string, timeout: number, cause: unknown): AuthError {
  const reason = `the ${whom} at "${new URL(url).origin}" did not tell whether the session holds: ${describeFailure(cause, timeout)}`;
  return new AuthError('session_unconfirmed', reason, { cause });
}
