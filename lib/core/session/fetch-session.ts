import { AuthError } from '../errors.js';
import { deadline, discard, unexpectedStatus, send, type Fetch } from '../http.js';
import { upstreamFailure } from './failed-to-ask.js';
import { readSession, type Session } from './session.js';

/** Where sessions are resolved. */
export interface ResolverAddress {
  readonly url: string;
  readonly method: 'GET' | 'HEAD';
  /** Milliseconds of the real clock, for one question. */
  readonly timeout: number;
}

/** The one credential that is forwarded, as the header that carries it. */
export interface ForwardedCredential {
  readonly header: 'authorization' | 'cookie';
  readonly value: string;
}

/** What Authgear records of a session's last access. */
export interface ClientInfo {
  readonly userAgent: string | undefined;
  readonly forwardedFor: string | undefined;
}

/**
 * Asks Authgear's resolver about one credential (wire facts: status 200 for valid, invalid and
 * anonymous alike, everything is in the headers). Rejects with `session_invalid`, which carries the
 * `Set-Cookie` that clears a bad cookie, or `session_unconfirmed` when nobody could tell.
 *
 * Nothing else of the request is forwarded: given several credentials, the resolver takes the first
 * good one, whoever's it is.
 */
export async function fetchSession(
  { url, method, timeout }: ResolverAddress,
  credential: ForwardedCredential,
  { userAgent, forwardedFor }: ClientInfo,
  fetch: Fetch,
): Promise<Session> {
  const headers = {
    [credential.header]: credential.value,
    ...(userAgent === undefined ? {} : { 'user-agent': userAgent }),
    ...(forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor }),
  };
  const response = await send(url, { method, headers }, fetch, deadline(timeout)).catch(
    (cause: unknown) => {
      throw upstreamFailure('resolver', url, timeout, cause, secretOf(credential));
    },
  );
  if (response.status !== 200)
    throw upstreamFailure('resolver', url, timeout, unexpectedStatus(response), secretOf(credential));
  discard(response);
  const answer = readSession((name) => response.headers.get(name) ?? undefined);
  if (answer === 'none' || answer === 'invalid') throw notASession(answer, credential, response);
  return answer;
}

function notASession(
  answer: 'none' | 'invalid',
  { header }: ForwardedCredential,
  { headers }: Response,
): AuthError {
  const setCookie = header === 'cookie' && answer === 'invalid' ? headers.getSetCookie() : [];
  const reason =
    answer === 'none'
      ? 'the resolver knows no session for it'
      : 'the resolver says that the session is not valid';
  return new AuthError('session_invalid', reason, setCookie.length === 0 ? {} : { setCookie });
}

/** Without the scheme, or the cookie's name. */
function secretOf({ value }: ForwardedCredential): string {
  return value.slice(value.search(/[ =]/) + 1);
}
