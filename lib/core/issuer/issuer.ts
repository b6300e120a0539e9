import type { Algorithm } from '../crypto/algorithms.js';
import type { ResolverAddress } from '../session/fetch-session.js';
import type { UserinfoAddress } from '../session/fetch-userinfo.js';
import type { IssuerProfile } from './profile.js';

/** Which sessions are resolved, and how. */
export interface ResolverRules extends ResolverAddress {
  readonly cookies: boolean;
  readonly opaqueTokens: boolean;
  readonly cookiePrefix: string;
  /** Milliseconds. */
  readonly cacheFor: number;
  /** Origins beside the request's own that may use unsafe methods with a cookie. */
  readonly allowedOrigins: readonly string[];
}

/** Where events are delivered, and how they are signed. */
export interface WebhookRules {
  readonly path: string;
  readonly key: Uint8Array;
}

/**
 * An issuer that is trusted, what its tokens must be, and how it is asked about sessions: options,
 * checked and complete.
 */
export interface TrustedIssuer {
  readonly issuer: string;
  readonly profile: IssuerProfile;
  /** Accepted `aud` values; one of them is enough. */
  readonly audience: readonly string[];
  /** Accepted `client_id` values; `undefined` accepts every client. */
  readonly clientId: readonly string[] | undefined;
  readonly algorithms: readonly Algorithm[];
  /** Accepted `typ` values in lower case without `application/`; `'any'` accepts every one. */
  readonly typ: readonly string[] | 'any';
  readonly requiredClaims: readonly string[];
  /** Seconds. */
  readonly clockTolerance: number;
  /**
   * Where an ID token may stand beside the access token: what it is, only the edge knows.
   * `undefined`: none is read.
   */
  readonly idToken: unknown;
  readonly resolver: ResolverRules | undefined;
  /** Which proxy may tell about sessions: how it proves itself, only the edge knows. */
  readonly proxyHeaders: unknown;
  readonly webhooks: WebhookRules | undefined;
  /** Where to ask whether a token still counts. */
  readonly userinfo: UserinfoAddress | undefined;
}
