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
   * Whose tokens, keys and addresses it imitates. AuthPI's has six keys (ES256, EdDSA and RS256,
   * two generations), `Cache-Control`, an `ETag`, and a path.
   * @default 'authgear'
   */
  readonly kind?: 'authgear' | 'authpi';
  /**
   * The issuer's name. `TestIssuer.listen()` takes the address it listens on.
   * @default 'https://test-issuer.authgear.cloud', 'https://idp.authpi.com/test'
   */
  readonly issuer?: string;
  /** @default a clock that stands still at the present */
  readonly clock?: TestClock;
  /**
   * One key of this algorithm in place of the kind's own.
   * @default the kind's, Authgear's is 'RS256'
   */
  readonly algorithm?: Algorithm;
  /**
   * `Cache-Control` of the keys.
   * @default the kind's: Authgear sends none
   */
  readonly cacheControl?: string;
  /**
   * Whether the keys have an `ETag` and answer 304.
   * @default the kind's: Authgear sends none
   */
  readonly etag?: boolean;
}

const shapes = { authgear: authgearShape, authpi: authpiShape } as const;

/**
 * An issuer for tests: real keys, real signatures and, by {@link TestIssuer.listen}, real HTTP on
 * loopback. Its tokens are Authgear's or AuthPI's, claim by claim. It loads in every test runner:
 * nothing but Node stands behind it.
 *
 * @example
 * const issuer = await TestIssuer.listen();
 * // AuthgearModule.forRoot(issuer.moduleOptions)
 * const token = issuer.accessToken({ sub: 'user-1', scope: 'read:reports' });
 */
export class TestIssuer {
  readonly clock: TestClock;
  /** Authgear: signs events. Its `secret` is what `webhooks.secret` needs. */
  readonly webhooks = new TestWebhooks();
  private readonly sessions = new TestSessions();
  private readonly shape: TokenShape;
  private readonly server: TestServer;
  private name: string;
  private address: string | undefined;
  /** Generations of keys, the newest first; each has a key per algorithm. */
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
   * An issuer that listens on a free port of loopback, and is named after it. Close it when the
   * test ends.
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
   * Where its keys really are, whatever its name: for the option `jwksUri`. Throws before
   * `listen()`.
   */
  get jwksUri(): string {
    if (this.address === undefined)
      throw new Error('TestIssuer.jwksUri: it does not listen; use TestIssuer.listen()');
    return this.address + this.path + this.shape.jwksPath;
  }

  /**
   * What `AuthgearModule.forRoot()` needs to trust it: issuer, audience and clock, and the profile
   * of AuthPI. Without `listen()`, add `jwks: issuer.jwks()`. An entry of `issuers` takes all but
   * the clock, which stands beside the list.
   */
  get moduleOptions(): Pick<IssuerOptions, 'issuer' | 'audience' | 'profile'> & { clock: Clock } {
    return { issuer: this.name, ...this.shape.trust(this.name), clock: this.clock.now };
  }

  /** The key that signs now. */
  get signingKey(): SigningKey {
    return this.generations[0]?.[0] as SigningKey;
  }

  /** The public keys, as published. */
  jwks(): { keys: object[] } {
    return { keys: this.generations.flat().map(({ jwk }) => jwk) };
  }

  /** A user's access token. */
  accessToken(fields: AccessTokenFields = {}): string {
    return this.sign('at+jwt', this.shape.accessClaims(fields, this.context()), fields);
  }

  /**
   * A machine's access token (client credentials): there is no user behind it. Authgear's `aud` is
   * an API resource.
   */
  machineToken(fields: AccessTokenFields = {}): string {
    return this.sign('at+jwt', this.shape.machineClaims(fields, this.context()), fields);
  }

  /** A user's ID token, for the client. */
  idToken(fields: AccessTokenFields = {}): string {
    return this.sign(this.shape.idTokenTyp, this.shape.idClaims(fields, this.context()), fields);
  }

  /**
   * An opaque access token: 32 letters and digits, what Authgear gives unless it is told to give
   * JWTs.
   */
  opaqueToken(): string {
    return randomBytes(16).toString('hex');
  }

  /** A refresh token: Authgear's is opaque, AuthPI's a JWT of the same keys. */
  refreshToken(fields: AccessTokenFields = {}): string {
    const claims = this.shape.refreshClaims?.(fields, this.context());
    return claims === undefined
      ? `${randomUUID()}.${randomBytes(16).toString('hex')}`
      : this.sign(undefined, claims, fields);
  }

  /** One of the classic wrong access tokens. */
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
   * Signs with new keys from now on. `overlap: false` withdraws the old ones at once; else they
   * stay published. Gives the first new key.
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

  /** Publishes another key set document in place of its own, however odd; `undefined` ends that. */
  publish(document: unknown): void {
    this.published = document === undefined ? undefined : { document };
    this.revision += 1;
  }

  /** Changes members of the metadata; `undefined` takes one away. */
  publishMetadata(members: Readonly<Record<string, unknown>>): void {
    this.metadata = members;
  }

  /** Authgear: opens a session, with the cookies and the opaque token that stand for it. */
  openSession(fields: TestSessionFields = {}): TestSession {
    return this.sessions.open(fields);
  }

  /** Authgear: ends a session: its cookies and its opaque token no longer resolve. */
  endSession(session: TestSession): void {
    this.sessions.close(session);
  }

  /** Authgear: the session behind an access token is over. Its signature holds all the same. */
  revoke(accessToken: string): void {
    this.sessions.revoke(accessToken);
  }

  /**
   * Authgear: disables a user at once, for resolver and userinfo endpoint; tokens keep their
   * signatures. `false` enables the user again.
   */
  disableUser(sub: string, disabled = true): void {
    this.sessions.setDisabled(sub, disabled);
  }

  /**
   * Authgear: a signed event to POST to the route of `webhooks`, such as
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

  /** Authgear: what stands before the names of its cookies. */
  set cookiePrefix(prefix: string) {
    this.sessions.cookiePrefix = prefix;
  }

  /**
   * Fails from now on, until {@link recover}; everywhere, or at one path such as
   * `'/_resolver/resolve'`.
   */
  outage(kind: Outage = 'reset', path?: string): void {
    this.server.outage = kind;
    this.server.outagePath = path;
  }

  /** The last requests to a path, the oldest first. */
  requestsTo(path: string): readonly RecordedRequest[] {
    return this.server.recorded.filter((request) => request.path === path);
  }

  /** How many requests to a path arrived, failed ones too. */
  requestCount(path: string): number {
    return this.server.requests.get(path) ?? 0;
  }

  recover(): void {
    this.server.outage = undefined;
  }

  /** Requests that arrived, failed ones too. */
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
   * What resolver and userinfo endpoint make of a bearer JWT: genuine, unexpired, and a person's.
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
