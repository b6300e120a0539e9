import type { Duration } from '../core/duration.js';
import type { ReadableRequest, RevocationStore } from './contracts.js';

/**
 * Sessions that Authgear resolves (authgear docs, `get-started/backend-api`). Durations are
 * seconds, or strings with a unit.
 */
export interface ResolverOptions {
  /**
   * Whether the cookies `session`, `app_session` and `app_access_token` are credentials. For unsafe
   * methods the request must then come from the same origin or one of `allowedOrigins`.
   * @default false
   */
  readonly cookies?: boolean;
  /**
   * Whether opaque access tokens, which Authgear gives by default, are credentials.
   * @default false
   */
  readonly opaqueTokens?: boolean;
  /**
   * How long a good answer is used: a session that ended is accepted for up to this long. 60 s at
   * most; 0 asks for each request.
   * @default '5s'
   */
  readonly cacheFor?: Duration;
  /**
   * Time for one question, also to the userinfo endpoint. Measured on the real clock.
   * @default '5s'
   */
  readonly timeout?: Duration;
  /** @default `<issuer>/_resolver/resolve` */
  readonly url?: string;
  /** @default 'GET' */
  readonly method?: 'GET' | 'HEAD';
  /**
   * Stands before the names of the cookies (Authgear `http.cookie_prefix`).
   * @default ''
   */
  readonly cookiePrefix?: string;
  /**
   * Origins, beside the request's own, from which a browser may use unsafe methods with a cookie:
   * `['https://app.my-company.example']`.
   * @default []
   */
  readonly allowedOrigins?: readonly string[];
}

/**
 * Proof that a request came through the proxy: a secret that only the proxy knows, or a function
 * that can tell. One of the two.
 */
export type ProxyProof =
  | {
      /**
       * What the proxy sends in `secretHeader`, 16 characters at least. Compared in constant time.
       */
      readonly secret: string;
      /** @default 'x-proxy-secret' */
      readonly secretHeader?: string;
      readonly trust?: undefined;
    }
  | {
      /**
       * Whether the request came through the proxy: a client certificate, an address that nobody
       * else can have.
       */
      readonly trust: (request: ReadableRequest) => boolean;
      readonly secret?: undefined;
      readonly secretHeader?: undefined;
    };

/**
 * Sessions told by a proxy: nginx `auth_request`, Traefik ForwardAuth (authgear docs,
 * `get-started/backend-api/nginx.md`). The proxy must take away all `X-Authgear-*` headers of the
 * client: see `sample/05-behind-nginx`.
 */
export type ProxyHeadersOptions = ProxyProof &
  Pick<ResolverOptions, 'cookiePrefix' | 'allowedOrigins'>;

/**
 * Events of Authgear that end a user's tokens. One attempt is made to deliver each, so this is
 * never the only protection.
 */
export interface WebhooksOptions {
  /**
   * The whole path of the route that is made for them, such as `'/authgear/webhooks'`; a global
   * prefix is not put before it.
   */
  readonly path: string;
  /** The secret of the portal, as it stands there; or as the JWK of `authgear.secrets.yaml`. */
  readonly secret: string | { readonly kty: 'oct'; readonly k: string };
}

/** What webhooks revoked. */
export interface RevocationOptions {
  /**
   * Where replicas share it: a Keyv instance, or anything of its shape. Read at most once per
   * second, user and replica.
   * @default each replica knows what was delivered to it
   */
  readonly store?: RevocationStore;
  /**
   * What becomes of tokens while the store fails: `'closed'` answers 503, `'open'` goes by what
   * this replica knows.
   * @default 'closed'
   */
  readonly onStoreFailure?: 'closed' | 'open';
  /**
   * How long a revocation is remembered: at least as long as the longest-lived access token.
   * @default '24h'
   */
  readonly keepFor?: Duration;
}
