import { none } from '../types.js';
import { AuthgearUser } from '../user.js';

/** A session as Authgear tells of it. A field that it does not tell is `undefined`, or empty. */
export interface Session {
  readonly userId: string;
  readonly isAnonymous: boolean | undefined;
  readonly isVerified: boolean | undefined;
  readonly canReauthenticate: boolean | undefined;
  readonly roles: readonly string[];
  readonly amr: readonly string[];
  /** Epoch seconds. */
  readonly authTime: number | undefined;
}

/**
 * `none`: nothing is said about a session, which is what an anonymous request gets, and a bad
 * bearer token too.
 */
export type SessionAnswer = Session | 'invalid' | 'none';

/** Gives the one value of a header; `undefined` when it is absent. */
export type ReadHeader = (name: string) => string | undefined;

/** All headers that are read, in lower case. */
export const sessionHeaders = {
  isValid: 'x-authgear-session-valid',
  userId: 'x-authgear-user-id',
  isAnonymous: 'x-authgear-user-anonymous',
  isVerified: 'x-authgear-user-verified',
  canReauthenticate: 'x-authgear-user-can-reauthenticate',
  roles: 'x-authgear-user-roles',
  amr: 'x-authgear-session-amr',
  authTime: 'x-authgear-session-authenticated-at',
} as const;

/**
 * Reads the headers of Authgear's resolver (authgear-server `pkg/resolver`, authgear docs
 * `get-started/backend-api/nginx.md`): of its answer, or of a request that a proxy copied them to.
 * Only exactly `true` **with** a user id is a session.
 */
export function readSession(header: ReadHeader): SessionAnswer {
  const isValid = header(sessionHeaders.isValid)?.trim() ?? '';
  if (isValid === '') return 'none';
  const userId = header(sessionHeaders.userId)?.trim() ?? '';
  if (isValid !== 'true' || userId === '') return 'invalid';
  return Object.freeze({
    userId,
    isAnonymous: readBoolean(header(sessionHeaders.isAnonymous)),
    isVerified: readBoolean(header(sessionHeaders.isVerified)),
    canReauthenticate: readBoolean(header(sessionHeaders.canReauthenticate)),
    // Roles stand with commas, `amr` with spaces (the published documentation says commas for
    // both).
    roles: split(header(sessionHeaders.roles), ','),
    amr: split(header(sessionHeaders.amr), ' '),
    authTime: readTime(header(sessionHeaders.authTime)),
  });
}

/**
 * The user of a session. There is no token behind it, so no client, audience, scope, expiry or
 * claim.
 */
export function toUser(
  { userId, ...told }: Session,
  issuer: string,
  via: 'resolver' | 'proxy',
): AuthgearUser {
  return new AuthgearUser({ ...told, sub: userId, issuer, via });
}

function readBoolean(value: string | undefined): boolean | undefined {
  const text = value?.trim();
  return text === 'true' || text === 'false' ? text === 'true' : undefined;
}

function split(value: string | undefined, separator: string): readonly string[] {
  const items = (value ?? '').split(separator).flatMap((item) => item.trim() || []);
  return items.length === 0 ? none : Object.freeze(items);
}

function readTime(value: string | undefined): number | undefined {
  const text = value?.trim() ?? '';
  return /^\d{1,12}$/.test(text) ? Number(text) : undefined;
}
