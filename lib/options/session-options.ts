import type { Duration } from '../core/duration.js';
import type { ReadableRequest, RevocationStore } from './contracts.js';

/**
 * Sessions that Authgear's resolver validates (authgear docs, `get-started/backend-api`). Durations
 * are seconds, or strings with a unit.
 */
export interface ResolverOptions {
  /**
   * Accepts the cookies `session`, `app_session` and `app_access_token` as credentials. Requests
   * with an unsafe method and a cookie must come from the same origin or from `allowedOrigins`.
   * @default false
   */
  readonly cookies?: boolean;
  /**
   * Accepts opaque access tokens, which Authgear issues by default.
   * @default false
   */
  readonly opaqueTokens?: boolean;
  /**
   * How long a valid session is cached. A session that has ended is accepted for up to this long.
   * At most 60 s; 0 asks the resolver for every request.
   * @default '5s'
   */
  readonly cacheFor?: Duration;
  /**
   * Timeout of one request to the resolver or the userinfo endpoint. Measured on the real clock.
   * @default '5s'
   */
  readonly timeout?: Duration;
  /**
   * The address of the resolver. With another host than the issuer's, requests carry
   * `X-Forwarded-Host` and `X-Forwarded-Proto` of the issuer, which Authgear must trust.
   * @default `<issuer>/_resolver/resolve`
   */
  readonly url?: string;
  /** @default 'GET' */
  readonly method?: 'GET' | 'HEAD';
  /**
   * Prefix of the cookie names (Authgear `http.cookie_prefix`).
   * @default ''
   */
  readonly cookiePrefix?: string;
  /**
   * Other origins from which a browser may use unsafe methods with a cookie, for example
   * `['https://app.my-company.example']`. The request's own origin is always allowed.
   * @default []
   */
  readonly allowedOrigins?: readonly string[];
}

/**
 * Proof that a request came through the proxy: either a secret that only the proxy knows, or a
 * function that decides.
 */
export type ProxyProof =
  | {
      /** The value of `secretHeader`, at least 16 characters. Compared in constant time. */
      readonly secret: string;
      /** @default 'x-proxy-secret' */
      readonly secretHeader?: string;
      readonly trust?: undefined;
    }
  | {
      /**
       * Returns whether the request came through the proxy, for example from a client certificate
       * or an address that only the proxy can have.
       */
      readonly trust: (request: ReadableRequest) => boolean;
      readonly secret?: undefined;
      readonly secretHeader?: undefined;
    };

/**
 * Sessions that a proxy reports: nginx `auth_request`, Traefik ForwardAuth (authgear docs,
 * `get-started/backend-api/nginx.md`). The proxy must remove all `X-Authgear-*` headers of the
 * client: see `sample/05-behind-nginx`.
 */
export type ProxyHeadersOptions = ProxyProof &
  Pick<ResolverOptions, 'cookiePrefix' | 'allowedOrigins'> & {
    /**
     * Refuses requests that come without proof, with 403. Without it, they are authenticated by
     * their other credentials.
     * @default false
     */
    readonly required?: boolean;
  };

/**
 * Webhooks of Authgear that revoke a user's tokens. Authgear tries to deliver each event only once,
 * so do not rely on webhooks alone.
 */
export interface WebhooksOptions {
  /**
   * The full path of the webhook route, such as `'/authgear/webhooks'`. A global prefix does not
   * apply to it.
   */
  readonly path: string;
  /** The secret as the portal shows it, or its JWK from `authgear.secrets.yaml`. */
  readonly secret: string | { readonly kty: 'oct'; readonly k: string };
}

/** How revocations by webhooks are stored. */
export interface RevocationOptions {
  /**
   * The store that replicas share: a Keyv instance, or an object with the same methods. Each
   * replica reads it at most once per second and user.
   * @default each replica knows only the events delivered to it
   */
  readonly store?: RevocationStore;
  /**
   * What happens while the store fails: `'closed'` answers 503, `'open'` uses only the records of
   * this replica.
   * @default 'closed'
   */
  readonly onStoreFailure?: 'closed' | 'open';
  /**
   * How long a revocation record is kept. It must not be shorter than the longest lifetime of an
   * access token.
   * @default '24h'
   */
  readonly keepFor?: Duration;
}
