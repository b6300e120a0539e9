import { none } from '../types.js';
import { AuthgearUser } from '../user.js';

/** A session as Authgear reports it. A field that it does not report is `undefined` or empty. */
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
 * `none`: the headers report no session. This is the answer for an anonymous request, and also for
 * an invalid bearer token.
 */
export type SessionAnswer = Session | 'invalid' | 'none';

/** Returns the value of a header, or `undefined` when it is absent. */
export type ReadHeader = (name: string) => string | undefined;

/** The headers of Authgear's resolver, in lower case. */
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
 * `get-started/backend-api/nginx.md`) from its response, or from a request to which a proxy copied
 * them. A session requires the exact value `true` **and** a user id.
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
    // Roles are separated by commas, `amr` by spaces. The published documentation says commas for
    // both.
    roles: split(header(sessionHeaders.roles), ','),
    amr: split(header(sessionHeaders.amr), ' '),
    authTime: readTime(header(sessionHeaders.authTime)),
  });
}

/** Creates the user of a session. It has no token: no client, audience, scope, expiry or claims. */
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
