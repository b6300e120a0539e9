import { randomBytes, randomUUID } from 'node:crypto';
import type { Algorithm } from '../core/algorithms.js';
import type { Clock } from '../core/clock.js';
import { createSigningKey, signJwt, type SigningKey } from './signing-key.js';
import { TestClock } from './test-clock.js';
import { TestServer, type Outage } from './test-server.js';
import { makeWrongToken, type WrongToken } from './wrong-tokens.js';

export interface TestIssuerOptions {
  /**
   * The issuer's name. `TestIssuer.listen()` takes the address it listens on.
   * @default 'https://test-issuer.authgear.cloud'
   */
  readonly issuer?: string;
  /** @default a clock that stands still at the present */
  readonly clock?: TestClock;
  /** @default 'RS256' */
  readonly algorithm?: Algorithm;
  /**
   * `Cache-Control` of the keys.
   * @default none, as Authgear
   */
  readonly cacheControl?: string;
  /**
   * Whether the keys have an `ETag` and answer 304.
   * @default false, as Authgear
   */
  readonly etag?: boolean;
}

/** What a user token says. Anything beside the named fields goes to `claims`. */
export interface AccessTokenFields {
  readonly sub?: string;
  readonly clientId?: string;
  /** @default the issuer itself */
  readonly audience?: string | readonly string[];
  /** Space separated, or a list. */
  readonly scope?: string | readonly string[];
  readonly roles?: readonly string[];
  readonly amr?: readonly string[];
  readonly isAnonymous?: boolean;
  readonly isVerified?: boolean;
  readonly canReauthenticate?: boolean;
  /**
   * Epoch seconds; `null` leaves it away.
   * @default 10 s ago
   */
  readonly authTime?: number | null;
  /**
   * Lifetime in seconds.
   * @default 1800
   */
  readonly expiresIn?: number;
  /** Claims as they are; they win. `undefined` takes a claim away. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Header parameters as they are; they win. */
  readonly header?: Readonly<Record<string, unknown>>;
}

const USER = 'https://authgear.com/claims/user';

/**
 * An issuer for tests: real keys, real signatures and, by {@link TestIssuer.listen}, real HTTP on loopback. Its tokens are Authgear's, claim
 * by claim (authgear-server `pkg/lib/oauth/token_encoding.go`). It loads in every test runner: nothing but Node stands behind it.
 *
 * @example
 * const issuer = await TestIssuer.listen();
 * // AuthgearModule.forRoot(issuer.moduleOptions)
 * const token = issuer.accessToken({ sub: 'user-1', scope: 'read:reports' });
 */
export class TestIssuer {
  readonly clock: TestClock;
  private readonly server: TestServer;
  private name: string;
  private keys: SigningKey[];
  private published: unknown;
  private metadata: Readonly<Record<string, unknown>> = {};
  private revision = 1;

  constructor(private readonly options: TestIssuerOptions = {}) {
    this.clock = options.clock ?? new TestClock();
    this.name = options.issuer ?? 'https://test-issuer.authgear.cloud';
    this.keys = [createSigningKey(options.algorithm ?? 'RS256')];
    this.server = new TestServer((path) => this.document(path));
  }

  /** An issuer that listens on a free port of loopback, and is named after it. Close it when the test ends. */
  static async listen(options: TestIssuerOptions & { readonly port?: number } = {}): Promise<TestIssuer> {
    const issuer = new TestIssuer(options);
    const origin = await issuer.server.listen(options.port);
    issuer.name = options.issuer ?? origin;
    return issuer;
  }

  /** The `iss` of its tokens. */
  get issuer(): string {
    return this.name;
  }

  /** What `AuthgearModule.forRoot()` needs to trust it: issuer, audience and clock. Without `listen()`, add `jwks: issuer.jwks()`. */
  get moduleOptions(): { issuer: string; audience: string; clock: Clock } {
    return { issuer: this.name, audience: this.name, clock: this.clock.now };
  }

  /** The key that signs now. */
  get signingKey(): SigningKey {
    return this.keys[0] as SigningKey;
  }

  /** The public keys, as published. */
  jwks(): { keys: object[] } {
    return { keys: this.keys.map(({ jwk }) => jwk) };
  }

  /** A user's access token. */
  accessToken(fields: AccessTokenFields = {}): string {
    return signJwt(this.header('at+jwt', fields.header), this.accessClaims(fields), this.signingKey);
  }

  /** A machine's access token (client credentials): `aud` is an API resource, and there is no user behind it. */
  machineToken(fields: Pick<AccessTokenFields, 'clientId' | 'audience' | 'scope' | 'expiresIn' | 'claims' | 'header'> = {}): string {
    const { clientId = 'test-machine', audience = 'https://api.example' } = fields;
    const payload = { ...this.commonClaims({ ...fields, clientId, audience }), sub: `client_id_${clientId}`, ...fields.claims };
    return signJwt(this.header('at+jwt', fields.header), payload, this.signingKey);
  }

  /** A user's ID token, for the client. */
  idToken(fields: AccessTokenFields = {}): string {
    const { clientId = 'test-client', expiresIn = 300 } = fields;
    const { client_id: _, scope: __, jti: ___, ...user } = this.accessClaims({ ...fields, audience: [clientId], expiresIn });
    return signJwt(this.header('JWT', fields.header), { ...user, sid: 'b2f1', ...fields.claims }, this.signingKey);
  }

  /** An opaque access token: 32 letters and digits, what Authgear gives unless it is told to give JWTs. */
  opaqueToken(): string {
    return randomBytes(16).toString('hex');
  }

  /** A refresh token. */
  refreshToken(): string {
    return `${randomUUID()}.${randomBytes(16).toString('hex')}`;
  }

  /** One of the classic wrong access tokens. */
  wrongToken(kind: WrongToken, fields: AccessTokenFields = {}): string {
    const header = this.header('at+jwt', fields.header);
    return makeWrongToken(kind, { header, payload: this.accessClaims(fields), key: this.signingKey, now: Math.floor(this.clock.seconds) });
  }

  /** Signs with a new key from now on. `overlap: false` withdraws the old one at once; else it stays published. */
  rotate({ overlap = true, algorithm = this.signingKey.alg }: { overlap?: boolean; algorithm?: Algorithm } = {}): SigningKey {
    this.keys = [createSigningKey(algorithm), ...(overlap ? this.keys : [])];
    this.revision += 1;
    return this.signingKey;
  }

  /** Publishes another key set document in place of its own, however odd; `undefined` ends that. */
  publish(document: unknown): void {
    this.published = document;
    this.revision += 1;
  }

  /** Changes members of the metadata; `undefined` takes one away. */
  publishMetadata(members: Readonly<Record<string, unknown>>): void {
    this.metadata = members;
  }

  /** Fails from now on, until {@link recover}. */
  outage(kind: Outage = 'reset'): void {
    this.server.outage = kind;
  }

  recover(): void {
    this.server.outage = undefined;
  }

  /** Requests that arrived, failed ones too. */
  get requests(): { readonly metadata: number; readonly jwks: number; readonly total: number } {
    const entries = [...this.server.requests];
    const sum = (part: string) => entries.reduce((total, [path, count]) => (path.includes(part) ? total + count : total), 0);
    return { metadata: sum('/.well-known/'), jwks: sum('/oauth2/jwks'), total: sum('') };
  }

  async close(): Promise<void> {
    await this.server.close();
  }

  private header(typ: string, changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
    const { alg, kid } = this.signingKey;
    return { alg, kid, typ, ...changes };
  }

  private commonClaims({ clientId = 'test-client', audience = this.name, scope, expiresIn = 1800 }: AccessTokenFields): Record<string, unknown> {
    const iat = Math.floor(this.clock.seconds);
    return {
      iss: this.name,
      aud: [audience].flat(),
      iat,
      exp: iat + expiresIn,
      client_id: clientId,
      scope: typeof scope === 'string' ? scope : (scope?.join(' ') ?? 'openid offline_access https://authgear.com/scopes/full-access'),
      jti: randomBytes(32).toString('hex'),
    };
  }

  private accessClaims(fields: AccessTokenFields): Record<string, unknown> {
    const { sub = 'test-user', amr = ['pwd', 'x_primary_password'], roles = [], authTime = Math.floor(this.clock.seconds) - 10 } = fields;
    const { isAnonymous = false, isVerified = true, canReauthenticate = true } = fields;
    return {
      ...this.commonClaims(fields),
      ...(authTime === null ? {} : { auth_time: authTime }),
      ...(amr.length === 0 ? {} : { amr }),
      sub,
      [`${USER}/is_anonymous`]: isAnonymous,
      [`${USER}/is_verified`]: isVerified,
      [`${USER}/can_reauthenticate`]: canReauthenticate,
      [`${USER}/roles`]: roles,
      ...fields.claims,
    };
  }

  private document(path: string): { body: unknown; headers?: Record<string, string> } | undefined {
    switch (path) {
      case '/.well-known/openid-configuration':
      case '/.well-known/oauth-authorization-server':
        return { body: this.metadataDocument() };
      case '/oauth2/jwks':
        return { body: this.published ?? this.jwks(), headers: this.cachingHeaders() };
      default:
        return undefined;
    }
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
      jwks_uri: at('jwks'),
      ...this.metadata,
    };
  }

  private cachingHeaders(): Record<string, string> {
    const { cacheControl, etag = false } = this.options;
    return { ...(cacheControl === undefined ? {} : { 'cache-control': cacheControl }), ...(etag ? { etag: `"${this.revision}"` } : {}) };
  }
}
