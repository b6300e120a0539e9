import type { AuthgearUser } from '../core/user.js';

/** What functions of the application receive: the request of Express or Fastify. */
export interface ReadableRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
  /**
   * The client's address, as far as the framework knows its proxies (`trust proxy`, `trustProxy`).
   */
  readonly ip?: string | undefined;
  readonly socket?: { readonly remoteAddress?: string | undefined };
}

/** Where the ID token stands beside the access token: a header, or what a function finds. */
export type IdTokenSource =
  { readonly header: string } | { readonly from: (request: ReadableRequest) => string | undefined };

/** Names of the module's own strategies. No other strategy may have one of them. */
export const reservedNames: readonly string[] = ['jwt', 'resolver', 'proxy'];

/** What a route requires of an authentication, beside a user. */
export interface AuthenticationRequirements {
  /**
   * The issuer must have confirmed the session at most this many seconds ago; `undefined` where the
   * route does not require it.
   */
  readonly maxStaleness: number | undefined;
}

/** The user that a request speaks for. */
export interface Authenticated {
  readonly user: AuthgearUser;
  /**
   * When the issuer of the credential last confirmed the user, in epoch seconds. Without it, routes
   * with `@MaxStaleness()` refuse the user.
   */
  readonly confirmedAt?: number | undefined;
}

/**
 * One way to turn a request into a user. Bearer JWTs, Authgear's sessions and its proxies each have
 * one; the option `strategies` adds yours.
 *
 * A request carries one credential: where two strategies find one, or one beside a bearer token,
 * the answer is 400. A session cookie, which browsers send by themselves, counts only where there
 * is nothing else. Behind a proxy that proved itself (`proxyHeaders`), the proxy's word about a
 * session stands above all of them.
 */
export interface AuthenticationStrategy<Credential = unknown> {
  /** Becomes `user.via`. */
  readonly name: string;
  /**
   * Finds the credential; `undefined` when the request carries none of this kind. Throw an
   * `AuthError` of the code `credential_malformed` for one that makes no sense.
   */
  extract(request: ReadableRequest): Credential | undefined;
  /**
   * Turns the credential into a user, or throws an `AuthError` of the code `credential_invalid`.
   * Its reason goes to the log.
   */
  authenticate(
    credential: Credential,
    request: ReadableRequest,
    requirements: AuthenticationRequirements,
  ): Authenticated | Promise<Authenticated>;
}

/**
 * Where replicas share what was revoked: any Keyv instance, or anything of this shape. Values are
 * short texts. A failure is a rejection, `false` from `set`, or an `error` event during a call
 * (Keyv swallows what its adapter throws). A read must see the last write: no replica that lags
 * behind.
 */
export interface RevocationStore {
  get(key: string): Promise<unknown>;
  /** `ttl` in milliseconds. */
  set(key: string, value: string, ttl?: number): Promise<unknown>;
  on?(event: 'error', listener: (error: unknown) => void): unknown;
}
