import type { Algorithm } from '../core/crypto/algorithms.js';
import type { Organization } from '../core/user.js';
import type { IssuerOptions } from '../options/options.js';

/**
 * The contents of a token. Use `claims` for claims without a field of their own. A field that the
 * issuer's tokens do not have is ignored.
 */
export interface AccessTokenFields {
  readonly sub?: string;
  readonly clientId?: string;
  /** @default Authgear: the issuer itself; AuthPI: the client */
  readonly audience?: string | readonly string[];
  /** A space-separated string, or a list. */
  readonly scope?: string | readonly string[];
  /** Authgear. */
  readonly roles?: readonly string[];
  /** Authgear. */
  readonly amr?: readonly string[];
  /** Authgear. */
  readonly isAnonymous?: boolean;
  /** Authgear. */
  readonly isVerified?: boolean;
  /** Authgear. */
  readonly canReauthenticate?: boolean;
  /** AuthPI. */
  readonly organizations?: readonly Partial<Organization>[];
  /**
   * Epoch seconds; `null` omits it. AuthPI's access tokens always use `iat` instead.
   * @default 10 s ago
   */
  readonly authTime?: number | null;
  /**
   * Lifetime in seconds.
   * @default 1800; ID tokens 300
   */
  readonly expiresIn?: number;
  /**
   * The algorithm of the issuer's key that signs.
   * @default the first key
   */
  readonly algorithm?: Algorithm;
  /** Claims that override all others. `undefined` removes a claim. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Header parameters that override all others. */
  readonly header?: Readonly<Record<string, unknown>>;
}

/** The properties of a session and its user. */
export type TestSessionFields = Pick<
  AccessTokenFields,
  | 'sub'
  | 'clientId'
  | 'roles'
  | 'amr'
  | 'isAnonymous'
  | 'isVerified'
  | 'canReauthenticate'
  | 'authTime'
>;

/** The issuer and the time of issue. */
export interface IssueContext {
  readonly issuer: string;
  /** Whole epoch seconds. */
  readonly now: number;
}

type Payload = Readonly<Record<string, unknown>>;

/** The tokens and keys of one kind of issuer. */
export interface TokenShape {
  /** The default name of the issuer. A listening issuer keeps its path. */
  readonly issuer: string;
  /** The options that are required to trust a user's access token, in addition to the issuer. */
  readonly trust: (issuer: string) => Pick<IssuerOptions, 'audience' | 'profile'>;
  /** Algorithms of its keys. The first key signs. */
  readonly algorithms: readonly Algorithm[];
  /** Number of key generations that are published at the same time. */
  readonly generations: number;
  /** Path of its keys, relative to the issuer. */
  readonly jwksPath: string;
  readonly cacheControl: string | undefined;
  readonly etag: boolean;
  /** `typ` of its ID tokens. */
  readonly idTokenTyp: string | undefined;
  readonly accessClaims: (fields: AccessTokenFields, context: IssueContext) => Payload;
  readonly machineClaims: (fields: AccessTokenFields, context: IssueContext) => Payload;
  readonly idClaims: (fields: AccessTokenFields, context: IssueContext) => Payload;
  /**
   * Reads the session from a genuine access token of a user. Only for issuers with a resolver and a
   * userinfo endpoint.
   */
  readonly readSession?: (
    claims: Payload,
  ) => { readonly sub: string; readonly fields: TestSessionFields } | undefined;
  /** The claims of a refresh token that is a JWT; `undefined` for an opaque one. */
  readonly refreshClaims:
    ((fields: AccessTokenFields, context: IssueContext) => Payload) | undefined;
}

export function joinScope(scope: AccessTokenFields['scope'], preset: string): string {
  if (scope === undefined) return preset;
  return typeof scope === 'string' ? scope : scope.join(' ');
}
