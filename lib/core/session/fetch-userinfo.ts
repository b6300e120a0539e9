import { AuthError } from '../errors.js';
import { deadline, getJson, HttpError, type Fetch } from '../http.js';
import { isJsonObject } from '../types.js';
import { upstreamFailure } from './failed-to-ask.js';

/** Where the issuer tells about the user of a token (OpenID Connect Core 1.0 section 5.3). */
export interface UserinfoAddress {
  readonly url: string;
  /** Milliseconds of the real clock, for one question. */
  readonly timeout: number;
}

/**
 * Asks the issuer whether a token still counts: its userinfo endpoint knows about revoked sessions
 * and disabled users, a signature does not. Rejects with `token_revoked` when it answers 401, or
 * `session_unconfirmed` when nobody could tell. Gives the `sub` that it speaks of.
 */
export async function fetchUserinfo(
  { url, timeout }: UserinfoAddress,
  token: string,
  fetch: Fetch,
): Promise<string> {
  try {
    const { body } = await getJson(url, fetch, deadline(timeout), {
      authorization: `Bearer ${token}`,
    });
    const sub = isJsonObject(body) ? body['sub'] : undefined;
    if (typeof sub === 'string' && sub !== '') return sub;
    throw new HttpError('its answer has no "sub"');
  } catch (cause) {
    if (cause instanceof HttpError && cause.status === 401)
      throw new AuthError('token_revoked', 'the issuer answers 401: the session is over');
    throw upstreamFailure('userinfo endpoint', url, timeout, cause, token);
  }
}
