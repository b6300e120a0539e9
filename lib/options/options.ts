import type { LoggerService } from '@nestjs/common';
import type { Algorithm } from '../core/crypto/algorithms.js';
import type { Clock } from '../core/clock.js';
import type { Duration } from '../core/duration.js';
import type { Fetch } from '../core/http.js';
import type { AuthenticationStrategy } from './contracts.js';
import type { IdTokenSource } from './contracts.js';
import type {
  ProxyHeadersOptions,
  ResolverOptions,
  RevocationOptions,
  WebhooksOptions,
} from './session-options.js';

/** How the keys of an issuer are cached. Durations are seconds, or strings with a unit. */
export interface KeysOptions {
  /**
   * Lifetime of a key set whose response has no `Cache-Control` (Authgear sends none).
   * @default '10m'
   */
  readonly defaultAge?: Duration;
  /**
   * Shortest lifetime, whatever `Cache-Control` says. At least `refreshAhead + timeout`.
   * @default '1m'
   */
  readonly minAge?: Duration;
  /**
   * Longest lifetime, whatever `Cache-Control` says. A withdrawn key works for at most this long.
   * @default '1h'
   */
  readonly maxAge?: Duration;
  /**
   * How long before the end of its lifetime a key set is refreshed in the background, when it is
   * used.
   * @default '30s'
   */
  readonly refreshAhead?: Duration;
  /**
   * Minimum time between two fetches for unknown `kid` values, whether successful or not. More than
   * 0.
   * @default '30s'; AuthPI '60s'
   */
  readonly cooldown?: Duration;
  /**
   * How long known keys are used past their lifetime while the issuer cannot be reached. 0 disables
   * this.
   * @default '1h'
   */
  readonly staleFor?: Duration;
  /**
   * Timeout of one fetch of metadata and keys together, and of one lookup by the function in
   * `issuers`. Measured on the real clock.
   * @default '5s'
   */
  readonly timeout?: Duration;
}

/**
 * An issuer to trust, and the requirements for its tokens. The defaults are Authgear's, unless the
 * options come from `authpi()` or `oidc()`.
 */
export interface IssuerOptions {
  /**
   * The exact `iss` of the tokens to trust. For Authgear, this is the origin of the project, such
   * as `https://my-app.authgear.cloud`, without a trailing slash. Plain http is refused except on
   * loopback (see `allowInsecure`).
   */
  readonly issuer: string;
  /**
   * The accepted `aud` value, or several of which one must match. For Authgear user tokens, this is
   * the issuer itself; for machine tokens, the URI of the API resource. Required: without it,
   * tokens for other APIs would be accepted.
   */
  readonly audience: string | readonly string[];
  /**
   * The accepted `client_id` value, or several. All clients of an Authgear project share the same
   * `aud`, so this is the only way to reject the tokens of another application.
   * @default every client
   */
  readonly clientId?: string | readonly string[];
  /**
   * Accepted signature algorithms. Asymmetric ones only.
   * @default Authgear `['RS256']`; AuthPI and others `['ES256', 'EdDSA', 'RS256']`
   */
  readonly algorithms?: readonly Algorithm[];
  /**
   * Accepted `typ` header values. The comparison ignores case and the prefix `application/`.
   * `'any'` accepts every value, and so also **ID tokens instead of access tokens** unless another
   * requirement rejects them.
   * @default 'at+jwt'
   */
  readonly typ?: string | readonly string[];
  /**
   * Claims that a token must have **in addition to** `iss aud exp iat sub` and, for Authgear and
   * AuthPI, `client_id jti`.
   * @default []
   */
  readonly requiredClaims?: readonly string[];
  /**
   * Allowed difference between the clocks of issuer and API, for `exp`, `nbf`, and for `iat` and
   * `auth_time` in the future. At most 120 s.
   * @default 5
   */
  readonly clockTolerance?: Duration;
  /**
   * Where requests carry an ID token in addition to the access token, for `@MaxAuthAge()`:
   * `{ header: 'x-id-token' }`, or `{ from: (request) => … }`. It must have the same issuer, user
   * and client as the access token; an invalid one is refused with 401. It is read only on routes
   * with `@MaxAuthAge()`.
   * @default no ID token is read
   */
  readonly idToken?: IdTokenSource;
  /**
   * Authgear: session cookies and opaque access tokens, validated by Authgear's resolver. At most
   * one issuer may accept cookies or opaque tokens.
   */
  readonly resolver?: ResolverOptions;
  /**
   * Authgear: sessions that a proxy resolved and reports in `X-Authgear-*` headers. At most one
   * issuer may have this option.
   */
  readonly proxyHeaders?: ProxyHeadersOptions;
  /** Authgear: webhooks that revoke a user's tokens before they expire. */
  readonly webhooks?: WebhooksOptions;
  /**
   * The endpoint that confirms sessions for `maxStaleness` and `@MaxStaleness()`, unless `resolver`
   * is set.
   * @default Authgear `<issuer>/oauth2/userinfo`; other issuers have no default
   */
  readonly userinfoUrl?: string;
  /**
   * URL of the metadata, if it is not at a well-known URL of the issuer. The `issuer` in the
   * metadata must still equal the configured one.
   * @default discovery
   */
  readonly metadataUrl?: string;
  /**
   * URL of the keys. No metadata is fetched then. Cannot be combined with `metadataUrl` or `jwks`.
   * @default discovery
   */
  readonly jwksUri?: string;
  /**
   * The keys themselves, as a JWK Set of public keys. Nothing is fetched then. Cannot be combined
   * with `metadataUrl` or `jwksUri`.
   * @default discovery
   */
  readonly jwks?: { readonly keys: readonly object[] };
  /**
   * Allows a plain http issuer that is not on loopback. Even with this option, the keys of an https
   * issuer are never fetched over http. Never set it in production.
   * @default false
   */
  readonly allowInsecure?: boolean;
  /** The kind of issuer. Set by `authgear()`, `authpi()` and `oidc()`, never by hand. */
  readonly profile?: Profile;
}

/** A kind of issuer, created by `authgear()`, `authpi()` or `oidc()`. */
export interface Profile {
  readonly name: string;
}

/**
 * Finds an issuer by the exact `iss` of a token, for applications with many tenants. Returns
 * `undefined` for an issuer that is not trusted. The `iss` comes from a token that is **not yet
 * verified**. Each `iss` has one call at a time. Found issuers are cached for 10 minutes (at most
 * 10,000), and unknown ones for 30 s (at most 1,000). While the function throws, a known tenant
 * stays trusted for an hour after its last result, and tokens of other tenants get 503.
 */
export type IssuerLookup = (
  iss: string,
) => IssuerOptions | undefined | Promise<IssuerOptions | undefined>;

/** Options for the whole module. */
export interface SharedOptions {
  /** How keys are cached. */
  readonly keys?: KeysOptions;
  /**
   * Applies `@MaxStaleness()` to all routes: the issuer must have confirmed the session at most
   * this long ago.
   * @default tokens are valid until they expire
   */
  readonly maxStaleness?: Duration;
  /** How revocations by webhooks are stored, and shared by replicas. */
  readonly revocation?: RevocationOptions;
  /** Strategies for other credentials than bearer tokens and cookies. */
  readonly strategies?: readonly AuthenticationStrategy[];
  /**
   * Caches verified tokens, so that the signature of a token is checked once. Times, issuer,
   * audience, client and key are still checked for every request. `max` is the number of tokens;
   * the least recently used one is evicted first. `false` disables the cache.
   * @default { max: 10000 }
   */
  readonly tokenCache?: { readonly max?: number } | false;
  /**
   * `true`: the application waits for keys at startup, and fails to start without them. `false`: it
   * starts immediately, fetches keys in the background, and answers 503 until it has keys.
   * @default false
   */
  readonly failFast?: boolean;
  /**
   * Fetches metadata and keys, and calls the resolver and the userinfo endpoint **with the user's
   * token or cookie**: a custom function must not log headers. Useful for proxies and tests. The
   * `fetch` of the platform and that of undici fit. A `fetch` that decompresses can end the process
   * when a server answers with hostile encodings.
   * @default `node:https` and `node:http` with their global agents, without compression
   */
  readonly fetch?: Fetch;
  /**
   * Returns the time in epoch **milliseconds**. Everything uses it, except timers and the timeouts
   * of fetches and of the revocation store.
   * @default Date.now
   */
  readonly clock?: Clock;
  /**
   * Receives log lines about refusals, key events and failures of the revocation store.
   * @default a Nest `Logger` with the context `Authgear`
   */
  readonly logger?: LoggerService;
}

/** A single Authgear issuer. */
export interface SingleIssuerOptions extends IssuerOptions, SharedOptions {
  readonly issuers?: undefined;
}

/**
 * Several issuers. Issuer options beside `issuers` are defaults for all entries; an entry's own
 * value takes precedence.
 */
export interface SeveralIssuersOptions
  extends
    Partial<Omit<IssuerOptions, 'issuer' | 'audience' | 'clientId' | 'profile'>>,
    SharedOptions {
  /** The issuers to trust, or a function that looks one up. Each has its own audience. */
  readonly issuers: readonly IssuerOptions[] | IssuerLookup;
  readonly issuer?: undefined;
  readonly audience?: undefined;
  readonly clientId?: undefined;
}

/**
 * Options of `AuthgearModule.forRoot()`. The module checks them during initialization, and reports
 * all problems together.
 */
export type AuthgearModuleOptions = SingleIssuerOptions | SeveralIssuersOptions;

/** A provider that creates the options, for `forRootAsync({ useClass })` and `{ useExisting }`. */
export interface AuthgearOptionsFactory {
  createAuthgearOptions(): Promise<AuthgearModuleOptions> | AuthgearModuleOptions;
}
