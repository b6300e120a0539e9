import type { TrustedIssuer } from '../core/issuer/issuer.js';
import type { AuthgearUser } from '../core/user.js';
import type { ReadableRequest } from '../transports/http.js';

/** Names that the strategies of the module have, and no other may. */
export const reservedNames: readonly string[] = ['jwt', 'resolver', 'proxy'];

/** What a route demands of an authentication, beside a user. */
export interface AuthenticationRequirements {
  /**
   * The issuer must have confirmed the session at most so many seconds ago; `undefined` where the
   * route does not ask for that.
   */
  readonly maxStaleness: number | undefined;
}

/** Who a request speaks for. */
export interface Authenticated {
  readonly user: AuthgearUser;
  /**
   * When whoever vouches for the user last said so, in epoch seconds. Without it, routes with
   * `@MaxStaleness()` refuse the user.
   */
  readonly confirmedAt?: number;
}

/** With the rules of the issuer, where there is one. */
export interface AuthenticatedByIssuer extends Authenticated {
  readonly issuer?: TrustedIssuer;
}

/**
 * One way to turn a request into a user: bearer JWTs, Authgear's sessions and its proxies each have
 * one, and the option `strategies` adds yours.
 *
 * A request carries one credential: where two strategies find one, or one beside a bearer token,
 * the answer is 400. A session cookie, which browsers send by themselves, counts only where there
 * is nothing else. Behind a proxy that proved itself (`proxyHeaders`), its word about a session
 * stands above all of them.
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
   * Turns the credential into a user, or throws an `AuthError` that says why not:
   * `credential_invalid`, and its reason is for the log.
   */
  authenticate(
    credential: Credential,
    request: ReadableRequest,
    demand: AuthenticationRequirements,
  ): Authenticated | Promise<Authenticated>;
}
