import type { IncomingMessage } from 'node:http';
import type { Document } from './test-server.js';
import { sessionHeaders, type TestSessions } from './test-sessions.js';
import type { TestSessionFields } from './token-shape.js';

/** Reads a genuine, unexpired access token of a user; `undefined` for anything else. */
export type ReadToken = (
  token: string,
) => { readonly sub: string; readonly fields: TestSessionFields } | undefined;

/** The session of a request. */
interface Resolved {
  readonly sub: string;
  readonly fields: TestSessionFields;
}

/**
 * Authgear's `/_resolver/resolve`: always answers 200, and reports the session in headers. Like
 * Authgear, it resolves an invalid bearer token and another user's cookie to the cookie's user.
 */
export function resolve(
  { headers }: IncomingMessage,
  sessions: TestSessions,
  readToken: ReadToken,
  now: number,
): Document {
  const bearer = resolveBearer(headers.authorization, sessions, readToken);
  const { session, hasBadSession } =
    bearer === undefined
      ? sessions.byCookies(headers.cookie)
      : { session: undefined, hasBadSession: false };
  const found = bearer ?? session;
  if (found !== undefined) {
    const answer = sessions.isDisabled(found.sub)
      ? { 'X-Authgear-Session-Valid': 'false' }
      : sessionHeaders(found.sub, found.fields, now);
    return { body: undefined, headers: answer };
  }
  if (!hasBadSession) return { body: undefined };
  const clear =
    `${sessions.cookiePrefix}session=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; ` +
    'HttpOnly; SameSite=Lax';
  return { body: undefined, headers: { 'X-Authgear-Session-Valid': 'false', 'Set-Cookie': clear } };
}

/** Authgear's `/oauth2/userinfo`. */
export function userinfo(
  { headers }: IncomingMessage,
  sessions: TestSessions,
  readToken: ReadToken,
): Document {
  const found = resolveBearer(headers.authorization, sessions, readToken);
  if (found === undefined || sessions.isDisabled(found.sub)) {
    return {
      status: 401,
      body: undefined,
      headers: { 'WWW-Authenticate': 'Bearer error="invalid_grant"' },
    };
  }
  const { isAnonymous = false, isVerified = true } = found.fields;
  const claims = {
    'https://authgear.com/claims/user/is_anonymous': isAnonymous,
    'https://authgear.com/claims/user/is_verified': isVerified,
  };
  return { body: { sub: found.sub, ...claims } };
}

function resolveBearer(
  authorization: string | undefined,
  sessions: TestSessions,
  readToken: ReadToken,
): Resolved | undefined {
  const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) return undefined;
  const session = sessions.byOpaqueToken(token);
  if (session !== undefined) return session;
  const genuine = readToken(token);
  return genuine !== undefined &&
    (sessions.counts(token, genuine.sub) || sessions.isDisabled(genuine.sub))
    ? genuine
    : undefined;
}
