import { AuthError } from '../errors.js';
import {
  deadline,
  describeFailure,
  discard,
  getJson,
  HttpError,
  send,
  unexpectedStatus,
  type Fetch,
  type FetchResponse,
} from '../http.js';
import { isJsonObject } from '../types.js';
import { readSession, type Session } from './session.js';

/** The userinfo endpoint of an issuer (OpenID Connect Core 1.0 section 5.3). */
export interface UserinfoAddress {
  readonly url: string;
  /**
   * The origin of the issuer, if the URL has another one. Authgear tells its projects apart by
   * host, and would find no session otherwise.
   */
  readonly publicOrigin?: string | undefined;
  /** Milliseconds of the real clock, for one request. */
  readonly timeout: number;
}

/** The address of Authgear's resolver. */
export interface ResolverAddress extends UserinfoAddress {
  readonly method: 'GET' | 'HEAD';
}

/** The credential to forward, as a request header. */
export interface ForwardedCredential {
  readonly header: 'authorization' | 'cookie';
  readonly value: string;
}

/** The client details that Authgear records for a session's last access. */
export interface ClientInfo {
  readonly userAgent: string | undefined;
  readonly forwardedFor: string | undefined;
}

/**
 * Resolves one credential at Authgear's resolver (authgear-server `pkg/resolver`). The resolver
 * always answers 200, and reports the session in headers. Rejects with `session_invalid`, which
 * carries the `Set-Cookie` that clears an invalid cookie, or with `session_unconfirmed` when the
 * resolver gives no usable answer.
 *
 * Only this credential is forwarded. Given several, the resolver would use the first valid one,
 * which may belong to another user.
 */
export async function fetchSession(
  address: ResolverAddress,
  credential: ForwardedCredential,
  client: ClientInfo,
  fetch: Fetch,
): Promise<Session> {
  const { url, method, timeout } = address;
  const headers = {
    [credential.header]: credential.value,
    ...forwardedHeaders(address, client),
  };
  const fail = (cause: unknown): AuthError =>
    upstreamFailure('resolver', address, cause, secretOf(credential));
  const response = await send(url, { method, headers }, fetch, deadline(timeout)).catch(
    (cause: unknown) => {
      throw fail(cause);
    },
  );
  if (response.status !== 200) throw fail(unexpectedStatus(response));
  discard(response);
  const answer = readSession((name) => response.headers.get(name) ?? undefined);
  if (answer === 'none' || answer === 'invalid') throw noSession(answer, credential, response);
  return answer;
}

/**
 * Asks the userinfo endpoint whether a token is still valid. Unlike a signature, the endpoint
 * reflects revoked sessions and disabled users. Resolves to the `sub` of the response. Rejects with
 * `token_revoked` for a 401, and with `session_unconfirmed` when there is no usable answer.
 */
export async function fetchUserinfo(
  address: UserinfoAddress,
  token: string,
  client: ClientInfo,
  fetch: Fetch,
): Promise<string> {
  try {
    const headers = { authorization: `Bearer ${token}`, ...forwardedHeaders(address, client) };
    const { body } = await getJson(address.url, fetch, deadline(address.timeout), { headers });
    const sub = isJsonObject(body) ? body['sub'] : undefined;
    if (typeof sub === 'string' && sub !== '') return sub;
    throw new HttpError('its answer has no "sub"');
  } catch (cause) {
    if (cause instanceof HttpError && cause.status === 401) {
      throw new AuthError('token_revoked', 'the issuer answers 401: the session is over');
    }
    throw upstreamFailure('userinfo endpoint', address, cause, token);
  }
}

/** What a proxy between the client and the issuer would add. */
function forwardedHeaders(
  { publicOrigin }: UserinfoAddress,
  { userAgent, forwardedFor }: ClientInfo,
): Record<string, string> {
  const headers: Record<string, string> = {};
  if (userAgent !== undefined) headers['user-agent'] = userAgent;
  if (forwardedFor !== undefined) headers['x-forwarded-for'] = forwardedFor;
  if (publicOrigin !== undefined) {
    const { host, protocol } = new URL(publicOrigin);
    headers['x-forwarded-host'] = host;
    headers['x-forwarded-proto'] = protocol.slice(0, -1);
  }
  return headers;
}

function noSession(
  answer: 'none' | 'invalid',
  { header }: ForwardedCredential,
  { headers }: FetchResponse,
): AuthError {
  const setCookie =
    header === 'cookie' && answer === 'invalid' ? (headers.getSetCookie?.() ?? []) : [];
  const reason =
    answer === 'none'
      ? 'the resolver knows no session for this credential'
      : 'the resolver reports that the session is not valid';
  return new AuthError('session_invalid', reason, setCookie.length === 0 ? {} : { setCookie });
}

/** Returns the credential without its scheme or cookie name. */
function secretOf({ value }: ForwardedCredential): string {
  return value.slice(value.search(/[ =]/) + 1);
}

/**
 * Creates the refusal for an upstream that gave no usable answer. The credential is masked, because
 * a custom `fetch` may quote it in its error.
 */
function upstreamFailure(
  name: 'resolver' | 'userinfo endpoint',
  { url, timeout }: UserinfoAddress,
  cause: unknown,
  credential: string,
): AuthError {
  const why = describeFailure(cause, timeout).replaceAll(credential, '***');
  const { origin } = new URL(url);
  const reason = `the ${name} at "${origin}" did not confirm the session: ${why}`;
  return new AuthError('session_unconfirmed', reason, { cause });
}
