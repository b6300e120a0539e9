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

/** How the keys of an issuer are kept. Durations are seconds, or strings with a unit. */
export interface KeysOptions {
  /**
   * Lifetime of a key set whose answer has no `Cache-Control` (Authgear sends none).
   * @default '10m'
   */
  readonly defaultAge?: Duration;
  /**
   * Shortest lifetime, whatever `Cache-Control` says. At least `refreshAhead + timeout`.
   * @default '1m'
   */
  readonly minAge?: Duration;
  /**
   * Longest lifetime, whatever `Cache-Control` says: a withdrawn key works for this long at most.
   * @default '1h'
   */
  readonly maxAge?: Duration;
  /**
   * How long before the end of its lifetime a key set is fetched anew in the background, on use.
   * @default '30s'
   */
  readonly refreshAhead?: Duration;
  /**
   * How long after a fetch for an unknown `kid`, successful or not, no other is made for one. More
   * than 0.
   * @default '30s'; AuthPI '60s'
   */
  readonly cooldown?: Duration;
  /**
   * How long known keys are used past their lifetime while the issuer cannot be reached. 0 switches
   * it off.
   * @default '1h'
   */
  readonly staleFor?: Duration;
  /**
   * Time for one fetch of everything, metadata and keys together. Measured on the real clock.
   * @default '5s'
   */
  readonly timeout?: Duration;
}

/**
 * An issuer to trust, and what its tokens must be. Authgear's rules, unless `authpi()` or `oidc()`
 * says otherwise.
 */
export interface IssuerOptions {
  /**
   * The exact `iss` of the tokens to trust. For Authgear the origin of the project, such as
   * `https://my-app.authgear.cloud`, without a trailing slash. Plain http is refused except on
   * loopback (see `allowInsecure`).
   */
  readonly issuer: string;
  /**
   * The accepted `aud` value, or several of which one is enough. For Authgear user tokens the
   * issuer itself, for machine tokens the URI of the API resource. Required: without it, a token
   * for another API would do.
   */
  readonly audience: string | readonly string[];
  /**
   * The accepted `client_id` value, or several. All clients of one Authgear project share the same
   * `aud`, so this is the only way to keep the tokens of another application out.
   * @default every client
   */
  readonly clientId?: string | readonly string[];
  /**
   * Accepted signature algorithms. Asymmetric ones only.
   * @default Authgear `['RS256']`; AuthPI and others `['ES256', 'EdDSA', 'RS256']`
   */
  readonly algorithms?: readonly Algorithm[];
  /**
   * Accepted `typ` header values, compared without case and without `application/`. `'any'` accepts
   * every one, and with it **ID tokens in place of access tokens** unless something else tells them
   * apart.
   * @default 'at+jwt'
   */
  readonly typ?: string | readonly string[];
  /**
   * Claims that a token must have **beside** `iss aud exp iat sub` and, for Authgear and AuthPI,
   * `client_id jti`.
   * @default []
   */
  readonly requiredClaims?: readonly string[];
  /**
   * How far the clocks of issuer and API may be apart: for `exp`, `nbf`, a future `iat` and a
   * future `auth_time`. 120 s at most.
   * @default 5
   */
  readonly clockTolerance?: Duration;
  /**
   * Where an ID token may stand beside the access token, for `@MaxAuthAge()`:
   * `{ header: 'x-id-token' }`, or `{ from: (request) => … }`. It must be of the same issuer, user
   * and client as the access token; present but bad is 401. It is read on routes with
   * `@MaxAuthAge()` only.
   * @default none is read
   */
  readonly idToken?: IdTokenSource;
  /**
   * Authgear: session cookies and opaque access tokens, resolved by asking it. At most one issuer
   * may have cookies or opaque tokens.
   */
  readonly resolver?: ResolverOptions;
  /**
   * Authgear: sessions that a proxy resolved and tells in `X-Authgear-*` headers. At most one
   * issuer may have it.
   */
  readonly proxyHeaders?: ProxyHeadersOptions;
  /** Authgear: events that end a user's tokens before they expire. */
  readonly webhooks?: WebhooksOptions;
  /**
   * Where to ask whether a token still counts, for `maxStaleness` and `@MaxStaleness()`, unless
   * `resolver` is set.
   * @default Authgear `<issuer>/oauth2/userinfo`; others cannot be asked without
   */
  readonly userinfoUrl?: string;
  /**
   * Where to get the metadata, when that differs from the well-known addresses under the issuer.
   * Its `issuer` must be the configured one all the same.
   * @default discovery
   */
  readonly metadataUrl?: string;
  /**
   * Where to get the keys; no metadata is asked for then. Not together with `metadataUrl` or
   * `jwks`.
   * @default discovery
   */
  readonly jwksUri?: string;
  /**
   * The keys themselves, a JWK Set of public keys; nothing is fetched then. Not together with
   * `metadataUrl` or `jwksUri`.
   * @default discovery
   */
  readonly jwks?: { readonly keys: readonly object[] };
  /**
   * Allows a plain http issuer off loopback. An https issuer never gets its keys over http, with
   * this or without. Never set it in production.
   * @default false
   */
  readonly allowInsecure?: boolean;
  /** What kind of issuer this is: set by `authgear()`, `authpi()` and `oidc()`, never by hand. */
  readonly profile?: Profile;
}

/** A kind of issuer, made by `authgear()`, `authpi()` or `oidc()`. */
export interface Profile {
  readonly name: string;
}

/**
 * Finds an issuer by the exact `iss` of a token, for applications with many tenants; `undefined`
 * for one that is not trusted. It is asked with **what a stranger wrote**, once per name at a time;
 * answers are kept for ten minutes, 10,000 at most, refusals for 30 s, 1,000 at most. While it
 * throws, a tenant that it knew stays known for an hour since its last answer, and others get 503.
 */
export type IssuerLookup = (
  iss: string,
) => IssuerOptions | undefined | Promise<IssuerOptions | undefined>;

/** What holds for the module as a whole. */
export interface SharedOptions {
  /** How keys are kept. */
  readonly keys?: KeysOptions;
  /**
   * For all routes what `@MaxStaleness()` is for one: the issuer itself confirmed the session at
   * most this long ago.
   * @default tokens count until they expire
   */
  readonly maxStaleness?: Duration;
  /** What webhooks revoked, and where replicas share it. */
  readonly revocation?: RevocationOptions;
  /** Credentials of your own, beside bearer tokens and cookies. */
  readonly strategies?: readonly AuthenticationStrategy[];
  /**
   * Remembers verified tokens, so that a token that comes again costs no signature. Times, issuer,
   * audience, client and key are checked with every request all the same. `max`: how many; the one
   * that was not seen for longest goes first. `false` switches it off.
   * @default { max: 10000 }
   */
  readonly tokenCache?: { readonly max?: number } | false;
  /**
   * `true`: the application does not start until keys are there, and fails without them. `false`:
   * it starts, looks for keys in the background, and answers 503 until it has some.
   * @default false
   */
  readonly failFast?: boolean;
  /**
   * Gets metadata and keys, and asks resolver and userinfo endpoint, **with the user's token or
   * cookie**: one that logs must not log headers. For proxies and tests; the `fetch` of the
   * platform and that of undici fit. A `fetch` that decompresses can end the process when a server
   * answers with hostile encodings.
   * @default `node:https` and `node:http` with their global agents, without compression
   */
  readonly fetch?: Fetch;
  /**
   * Tells the time in epoch **milliseconds**. Everything reads it but deadlines and timers: those
   * of a fetch, and of the store of revocations.
   * @default Date.now
   */
  readonly clock?: Clock;
  /**
   * Where refusals, key events and failures of the store of revocations are logged.
   * @default a Nest `Logger` with the context `Authgear`
   */
  readonly logger?: LoggerService;
}

/** One issuer, Authgear. */
export interface SingleIssuerOptions extends IssuerOptions, SharedOptions {
  readonly issuers?: undefined;
}

/**
 * Several issuers. What stands here beside `issuers` is a default for all of them, and an entry's
 * own value wins.
 */
export interface SeveralIssuersOptions
  extends
    Partial<Omit<IssuerOptions, 'issuer' | 'audience' | 'clientId' | 'profile'>>,
    SharedOptions {
  /** The issuers to trust, or a function that looks one up. Each brings its own audience. */
  readonly issuers: readonly IssuerOptions[] | IssuerLookup;
  readonly issuer?: undefined;
  readonly audience?: undefined;
  readonly clientId?: undefined;
}

/**
 * Options of `AuthgearModule.forRoot()`. They are checked when the module initialises, and all
 * problems are reported together.
 */
export type AuthgearModuleOptions = SingleIssuerOptions | SeveralIssuersOptions;

/** For `forRootAsync({ useClass })` and `{ useExisting }`: a provider that makes the options. */
export interface AuthgearOptionsFactory {
  createAuthgearOptions(): Promise<AuthgearModuleOptions> | AuthgearModuleOptions;
}
