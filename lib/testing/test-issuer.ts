import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Algorithm } from '../core/crypto/algorithms.js';
import type { Clock } from '../core/clock.js';
import type { JsonObject } from '../core/types.js';
import type { IssuerOptions } from '../options/options.js';
import { authgearShape } from './authgear-shape.js';
import { authpiShape } from './authpi-shape.js';
import { resolve, userinfo, type ReadToken } from './session-endpoints.js';
import { createSigningKey, readJwt, signJwt, type SigningKey } from './signing-key.js';
import { TestClock } from './test-clock.js';
import { TestServer, type Document, type Outage, type RecordedRequest } from './test-server.js';
import { TestSessions, type TestSession } from './test-sessions.js';
import { TestWebhooks, type WebhookDelivery, type WebhookEventFields } from './test-webhooks.js';
import type { AccessTokenFields, TestSessionFields, TokenShape } from './token-shape.js';
import { makeWrongToken, type WrongToken } from './wrong-tokens.js';

export interface TestIssuerOptions {
  /**
   * The kind of issuer whose tokens, keys and URLs it imitates. The AuthPI kind has six keys (two
   * generations of ES256, EdDSA and RS256), `Cache-Control`, an `ETag`, and a path in its name.
   * @default 'authgear'
   */
  readonly kind?: 'authgear' | 'authpi';
  /**
   * The `iss` of its tokens. `TestIssuer.listen()` uses the address it listens on.
   * @default 'https://test-issuer.authgear.cloud', 'https://idp.authpi.com/test'
   */
  readonly issuer?: string;
  /** @default a `TestClock` that stays at the current time */
  readonly clock?: TestClock;
  /**
   * Uses one key of this algorithm instead of the keys of the kind.
   * @default the keys of the kind; Authgear's is 'RS256'
   */
  readonly algorithm?: Algorithm;
  /**
   * The `Cache-Control` header of the keys.
   * @default the value of the kind; Authgear sends none
   */
  readonly cacheControl?: string;
  /**
   * Whether the keys have an `ETag` and answer conditional requests with 304.
   * @default the value of the kind; Authgear sends none
   */
  readonly etag?: boolean;
}

const shapes = { authgear: authgearShape, authpi: authpiShape } as const;

/**
 * An issuer for tests, with real keys, real signatures and, with {@link TestIssuer.listen}, real
 * HTTP on loopback. Its tokens have the same claims as those of Authgear or AuthPI. It depends only
 * on Node.js, so that it loads in every test runner.
 *
 * @example
 * const issuer = await TestIssuer.listen();
 * // AuthgearModule.forRoot(issuer.moduleOptions)
 * const token = issuer.accessToken({ sub: 'user-1', scope: 'read:reports' });
 */
export class TestIssuer {
  readonly clock: TestClock;
  /** Authgear: creates signed events. Use its `secret` for the option `webhooks.secret`. */
  readonly webhooks = new TestWebhooks();
  private readonly sessions = new TestSessions();
  private readonly shape: TokenShape;
  private readonly server: TestServer;
  private name: string;
  private address: string | undefined;
  /** Generations of keys, newest first. Each generation has one key per algorithm. */
  private generations: SigningKey[][];
  private published: { readonly document: unknown } | undefined;
  private metadata: Readonly<Record<string, unknown>> = {};
  private revision = 1;

  constructor(private readonly options: TestIssuerOptions = {}) {
    this.shape = shapes[options.kind ?? 'authgear'];
    this.clock = options.clock ?? new TestClock();
    this.name = options.issuer ?? this.shape.issuer;
    this.generations = Array.from({ length: this.shape.generations }, () => this.generate());
    this.server = new TestServer((path, request) => this.document(path, request));
  }

  /**
   * Starts an issuer on a free loopback port. Its `iss` is that address. Close it when the test
   * ends.
   */
  static async listen(
    options: TestIssuerOptions & { readonly port?: number } = {},
  ): Promise<TestIssuer> {
    const issuer = new TestIssuer(options);
    const origin = await issuer.server.listen(options.port);
    issuer.address = origin;
    issuer.name =
      options.issuer ?? origin + new URL(issuer.shape.issuer).pathname.replace(/\/$/, '');
    return issuer;
  }

  /** The `iss` of its tokens. */
  get issuer(): string {
    return this.name;
  }

  /**
   * The actual URL of its keys, for the option `jwksUri`, even if its name is another address.
   * Throws if the issuer does not listen.
   */
  get jwksUri(): string {
    if (this.address === undefined)
      throw new Error('TestIssuer.jwksUri: the issuer does not listen; use TestIssuer.listen()');
    return this.address + this.path + this.shape.jwksPath;
  }

  /**
   * The options for `AuthgearModule.forRoot()` to trust this issuer: issuer, audience, clock, and
   * for AuthPI the profile. Without `listen()`, add `jwks: issuer.jwks()`. In a list of `issuers`,
   * move `clock` beside the list.
   */
  get moduleOptions(): Pick<IssuerOptions, 'issuer' | 'audience' | 'profile'> & { clock: Clock } {
    return { issuer: this.name, ...this.shape.trust(this.name), clock: this.clock.now };
  }

  /** The current signing key. */
  get signingKey(): SigningKey {
    return this.generations[0]?.[0] as SigningKey;
  }

  /** The published public keys. */
  jwks(): { keys: object[] } {
    return { keys: this.generations.flat().map(({ jwk }) => jwk) };
  }

  /** Creates an access token of a user. */
  accessToken(fields: AccessTokenFields = {}): string {
    return this.sign('at+jwt', this.shape.accessClaims(fields, this.context()), fields);
  }

  /**
   * Creates an access token of a machine (client credentials grant). For Authgear, its `aud` is an
   * API resource.
   */
  machineToken(fields: AccessTokenFields = {}): string {
    return this.sign('at+jwt', this.shape.machineClaims(fields, this.context()), fields);
  }

  /** Creates an ID token of a user. */
  idToken(fields: AccessTokenFields = {}): string {
    return this.sign(this.shape.idTokenTyp, this.shape.idClaims(fields, this.context()), fields);
  }

  /**
   * Creates an opaque access token of 32 letters and digits, which Authgear issues unless JWT
   * access tokens are enabled.
   */
  opaqueToken(): string {
    return randomBytes(16).toString('hex');
  }

  /** Creates a refresh token: opaque for Authgear, a JWT signed with the same keys for AuthPI. */
  refreshToken(fields: AccessTokenFields = {}): string {
    const claims = this.shape.refreshClaims?.(fields, this.context());
    return claims === undefined
      ? `${randomUUID()}.${randomBytes(16).toString('hex')}`
      : this.sign(undefined, claims, fields);
  }

  /** Creates one of the invalid access tokens listed in `wrongTokens`. */
  wrongToken(kind: WrongToken, fields: AccessTokenFields = {}): string {
    const context = this.context();
    const key = this.keyFor(fields.algorithm);
    const payload = { ...this.shape.accessClaims(fields, context), ...fields.claims };
    return makeWrongToken(kind, {
      header: header('at+jwt', key, fields),
      payload,
      key,
      now: context.now,
    });
  }

  /**
   * Rotates to new signing keys, and returns the first one. `overlap: false` withdraws the old keys
   * immediately; otherwise they stay published.
   */
  rotate({
    overlap = true,
    algorithm,
  }: { overlap?: boolean; algorithm?: Algorithm } = {}): SigningKey {
    const next = algorithm === undefined ? this.generate() : [createSigningKey(algorithm)];
    this.generations = overlap ? [next, ...this.generations] : [next];
    this.revision += 1;
    return this.signingKey;
  }

  /** Publishes any document instead of its key set; `undefined` restores the key set. */
  publish(document: unknown): void {
    this.published = document === undefined ? undefined : { document };
    this.revision += 1;
  }

  /** Changes members of the metadata; `undefined` removes a member. */
  publishMetadata(members: Readonly<Record<string, unknown>>): void {
    this.metadata = members;
  }

  /** Authgear: creates a session with its cookies and opaque token. */
  openSession(fields: TestSessionFields = {}): TestSession {
    return this.sessions.open(fields);
  }

  /** Authgear: ends a session, so that its cookies and opaque token no longer resolve. */
  endSession(session: TestSession): void {
    this.sessions.close(session);
  }

  /** Authgear: ends the session of an access token. The token's signature stays valid. */
  revoke(accessToken: string): void {
    this.sessions.revoke(accessToken);
  }

  /**
   * Authgear: disables a user in the resolver and the userinfo endpoint. Signatures of tokens stay
   * valid. `false` enables the user again.
   */
  disableUser(sub: string, disabled = true): void {
    this.sessions.setDisabled(sub, disabled);
  }

  /**
   * Authgear: creates a signed event to POST to the webhook route, for example
   * `webhook('user.disabled', sub)`.
   */
  webhook(type: string, sub: string, fields: WebhookEventFields = {}): WebhookDelivery {
    return this.webhooks.event(
      type,
      sub,
      fields,
      this.context().now,
      type === 'user.disabled' || this.sessions.isDisabled(sub),
    );
  }

  /** Authgear: the prefix of its cookie names. */
  set cookiePrefix(prefix: string) {
    this.sessions.cookiePrefix = prefix;
  }

  /**
   * Makes requests fail until {@link recover}: all requests, or those to one path such as
   * `'/_resolver/resolve'`.
   */
  outage(kind: Outage = 'reset', path?: string): void {
    this.server.outage = kind;
    this.server.outagePath = path;
  }

  /** The last requests to a path, oldest first. */
  requestsTo(path: string): readonly RecordedRequest[] {
    return this.server.recorded.filter((request) => request.path === path);
  }

  /** The number of requests to a path, including failed ones. */
  requestCount(path: string): number {
    return this.server.requests.get(path) ?? 0;
  }

  recover(): void {
    this.server.outage = undefined;
  }

  /** The numbers of requests, including failed ones. */
  get requests(): { readonly metadata: number; readonly jwks: number; readonly total: number } {
    const entries = [...this.server.requests];
    const sum = (part: string) =>
      entries.reduce((total, [path, count]) => (path.includes(part) ? total + count : total), 0);
    return { metadata: sum('/.well-known/'), jwks: sum(this.shape.jwksPath), total: sum('') };
  }

  async close(): Promise<void> {
    await this.server.close();
  }

  private generate(): SigningKey[] {
    const { algorithm } = this.options;
    const algorithms = algorithm === undefined ? this.shape.algorithms : [algorithm];
    return algorithms.map((alg) => createSigningKey(alg));
  }

  private keyFor(algorithm: Algorithm | undefined): SigningKey {
    if (algorithm === undefined) return this.signingKey;
    const key = this.generations[0]?.find(({ alg }) => alg === algorithm);
    if (key === undefined) throw new TypeError(`this issuer has no ${algorithm} key`);
    return key;
  }

  private context(): { issuer: string; now: number } {
    return { issuer: this.name, now: Math.floor(this.clock.seconds) };
  }

  private sign(typ: string | undefined, payload: object, fields: AccessTokenFields): string {
    const key = this.keyFor(fields.algorithm);
    return signJwt(header(typ, key, fields), { ...payload, ...fields.claims }, key);
  }

  private document(path: string, request: IncomingMessage): Document | undefined {
    const base = this.path;
    if (path === '/_resolver/resolve' && this.shape.readSession !== undefined)
      return resolve(request, this.sessions, this.readToken, this.context().now);
    if (path === '/oauth2/userinfo' && this.shape.readSession !== undefined)
      return userinfo(request, this.sessions, this.readToken);
    if (
      path === `${base}/.well-known/openid-configuration` ||
      path === `/.well-known/oauth-authorization-server${base}`
    ) {
      return { body: this.metadataDocument() };
    }
    return path === base + this.shape.jwksPath
      ? {
          body: this.published === undefined ? this.jwks() : this.published.document,
          headers: this.cachingHeaders(),
        }
      : undefined;
  }

  /**
   * Reads a bearer JWT for the resolver and the userinfo endpoint. It must be genuine, unexpired,
   * and a user's.
   */
  private readonly readToken: ReadToken = (token) => {
    const claims = this.generations
      .flat()
      .reduce<JsonObject | undefined>((found, key) => found ?? readJwt(token, key), undefined);
    const isOurs = claims?.['iss'] === this.name && Number(claims['exp']) > this.clock.seconds;
    return claims === undefined || !isOurs ? undefined : this.shape.readSession?.(claims);
  };

  private get path(): string {
    return new URL(this.name).pathname.replace(/\/$/, '');
  }

  private metadataDocument(): object {
    const at = (path: string) => `${this.name}/oauth2/${path}`;
    return {
      issuer: this.name,
      authorization_endpoint: at('authorize'),
      token_endpoint: at('token'),
      userinfo_endpoint: at('userinfo'),
      revocation_endpoint: at('revoke'),
      end_session_endpoint: at('end_session'),
      jwks_uri: this.name + this.shape.jwksPath,
      ...this.metadata,
    };
  }

  private cachingHeaders(): Record<string, string> {
    const { cacheControl = this.shape.cacheControl, etag = this.shape.etag } = this.options;
    return {
      ...(cacheControl === undefined ? {} : { 'cache-control': cacheControl }),
      ...(etag ? { etag: `"${this.revision}"` } : {}),
    };
  }
}

function header(
  typ: string | undefined,
  { alg, kid }: SigningKey,
  { header: changes }: AccessTokenFields,
): Record<string, unknown> {
  return { alg, kid, ...(typ === undefined ? {} : { typ }), ...changes };
}
