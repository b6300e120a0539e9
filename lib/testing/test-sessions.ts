import { randomBytes } from 'node:crypto';
import type { TestSessionFields } from './token-shape.js';

/** A session at the issuer, with its credentials. */
export interface TestSession {
  readonly sub: string;
  /** Values of the cookies `session`, `app_session` and `app_access_token`. */
  readonly cookies: {
    readonly session: string;
    readonly app_session: string;
    readonly app_access_token: string;
  };
  /** A `Cookie` header with the cookie `session`. */
  readonly cookie: string;
  /** An opaque access token. */
  readonly opaqueToken: string;
  readonly fields: TestSessionFields;
}

type CookieName = keyof TestSession['cookies'];
/** In the order in which Authgear's resolver reads them. */
const COOKIES: readonly CookieName[] = ['app_session', 'app_access_token', 'session'];

/**
 * The sessions and users of an issuer, as its resolver reports them (authgear-server
 * `pkg/resolver`).
 */
export class TestSessions {
  private readonly sessions = new Map<string, TestSession>();
  private readonly disabled = new Set<string>();
  private readonly revokedTokens = new Set<string>();
  cookiePrefix = '';

  open(fields: TestSessionFields): TestSession {
    const { sub = 'test-user' } = fields;
    const cookies = { session: secret(), app_session: secret(), app_access_token: secret() };
    const session: TestSession = {
      sub,
      cookies,
      cookie: `${this.cookiePrefix}session=${cookies.session}`,
      opaqueToken: secret(),
      fields,
    };
    for (const key of keysOf(session)) this.sessions.set(key, session);
    return session;
  }

  close(session: TestSession): void {
    for (const key of keysOf(session)) this.sessions.delete(key);
  }

  revoke(token: string): void {
    this.revokedTokens.add(token);
  }

  setDisabled(sub: string, disabled: boolean): void {
    if (disabled) this.disabled.add(sub);
    else this.disabled.delete(sub);
  }

  isDisabled(sub: string): boolean {
    return this.disabled.has(sub);
  }

  /** Whether a genuine token is still valid. */
  counts(token: string, sub: string): boolean {
    return !this.revokedTokens.has(token) && !this.disabled.has(sub);
  }

  byOpaqueToken(token: string): TestSession | undefined {
    return this.revokedTokens.has(token) ? undefined : this.sessions.get(`opaque ${token}`);
  }

  /** Returns the session of the first cookie that resolves. Skips invalid cookies. */
  byCookies(header: string | undefined): {
    session: TestSession | undefined;
    hasBadSession: boolean;
  } {
    const cookies = new Map((header ?? '').split(';').map((pair) => readPair(pair)));
    let hasBadSession = false;
    for (const name of COOKIES) {
      const value = cookies.get(this.cookiePrefix + name);
      if (value === undefined) continue;
      const session = this.sessions.get(`${name} ${value}`);
      if (session !== undefined) return { session, hasBadSession };
      if (name === 'session') hasBadSession = true;
    }
    return { session: undefined, hasBadSession };
  }
}

/** The headers of a valid session. The roles header is absent if empty; the `amr` header is not. */
export function sessionHeaders(
  sub: string,
  fields: TestSessionFields,
  now: number,
): Record<string, string> {
  const { roles = [], amr = ['pwd', 'x_primary_password'], authTime = now - 10 } = fields;
  const { isAnonymous = false, isVerified = true, canReauthenticate = true } = fields;
  return {
    'X-Authgear-Session-Valid': 'true',
    'X-Authgear-User-Id': sub,
    'X-Authgear-User-Anonymous': String(isAnonymous),
    'X-Authgear-User-Verified': String(isVerified),
    'X-Authgear-User-Can-Reauthenticate': String(canReauthenticate),
    ...(roles.length === 0 ? {} : { 'X-Authgear-User-Roles': roles.join(',') }),
    'X-Authgear-Session-Amr': amr.join(' '),
    ...(authTime === null ? {} : { 'X-Authgear-Session-Authenticated-At': String(authTime) }),
  };
}

function keysOf({ cookies, opaqueToken }: TestSession): string[] {
  return [`opaque ${opaqueToken}`, ...COOKIES.map((name) => `${name} ${cookies[name]}`)];
}

function readPair(pair: string): [string, string] {
  const [name = '', ...value] = pair.trim().split('=');
  return [name, value.join('=')];
}

function secret(): string {
  return randomBytes(16).toString('hex');
}
