import type { AuthgearUser } from '../core/user.js';

/** The request of Express or Fastify, as functions of the application receive it. */
export interface ReadableRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
  /**
   * The client's address. Behind a proxy, it depends on the framework's setting (`trust proxy`,
   * `trustProxy`).
   */
  readonly ip?: string | undefined;
  readonly socket?: { readonly remoteAddress?: string | undefined };
}

/** Where requests carry the ID token: in a header, or where a function finds it. */
export type IdTokenSource =
  { readonly header: string } | { readonly from: (request: ReadableRequest) => string | undefined };

/** Names of the module's own strategies. Other strategies must not use them. */
export const reservedNames: readonly string[] = ['jwt', 'resolver', 'proxy'];

/** The requirements of a route for the authentication itself. */
export interface AuthenticationRequirements {
  /**
   * The issuer must have confirmed the session at most this many seconds ago; `undefined` where the
   * route does not require it.
   */
  readonly maxStaleness: number | undefined;
}

/** The result of an authentication. */
export interface Authenticated {
  readonly user: AuthgearUser;
  /**
   * When the issuer of the credential last confirmed the user, in epoch seconds. If it is missing,
   * routes with `@MaxStaleness()` refuse the user.
   */
  readonly confirmedAt?: number | undefined;
}

/**
 * Authenticates one kind of credential. The module has strategies for bearer JWTs, Authgear's
 * sessions and proxies; the option `strategies` adds your own.
 *
 * A request may carry one explicit credential. If two strategies find one, or a strategy finds one
 * in addition to a bearer token, the response is 400. Browsers send session cookies automatically,
 * so a cookie is used only if there is no other credential. The session that a trusted proxy
 * reports (`proxyHeaders`) takes precedence over all of these.
 */
export interface AuthenticationStrategy<Credential = unknown> {
  /** Becomes `user.via`. */
  readonly name: string;
  /**
   * Returns the credential, or `undefined` when the request carries none of this kind. Throws an
   * `AuthError` with the code `credential_malformed` for a malformed credential.
   */
  extract(request: ReadableRequest): Credential | undefined;
  /**
   * Returns the user of the credential, or throws an `AuthError` with the code
   * `credential_invalid`. The reason of the error is logged.
   */
  authenticate(
    credential: Credential,
    request: ReadableRequest,
    requirements: AuthenticationRequirements,
  ): Authenticated | Promise<Authenticated>;
}

/**
 * A store for revocation records that replicas share: a Keyv instance, or an object with the same
 * methods. Values are short strings. A failure is a rejection, `false` from `set`, or an `error`
 * event during a call (Keyv catches the errors of its adapter). A read must return the latest
 * write, so a read replica of a database that lags behind is not suitable.
 */
export interface RevocationStore {
  get(key: string): Promise<unknown>;
  /** `ttl` is in milliseconds. */
  set(key: string, value: string, ttl?: number): Promise<unknown>;
  on?(event: 'error', listener: (error: unknown) => void): unknown;
}
