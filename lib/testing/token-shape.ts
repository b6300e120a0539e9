import type { Algorithm } from '../core/crypto/algorithms.js';
import type { Organization } from '../core/user.js';
import type { IssuerOptions } from '../options/options.js';

/**
 * What a token says. Anything beside the named fields goes to `claims`. A field that the issuer's
 * tokens do not have is without effect.
 */
export interface AccessTokenFields {
  readonly sub?: string;
  readonly clientId?: string;
  /** @default Authgear: the issuer itself; AuthPI: the client */
  readonly audience?: string | readonly string[];
  /** Space separated, or a list. */
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
   * Epoch seconds; `null` omits it. In AuthPI's access tokens it is `iat`, whatever stands here.
   * @default 10 s ago
   */
  readonly authTime?: number | null;
  /**
   * Lifetime in seconds.
   * @default 1800; ID tokens 300
   */
  readonly expiresIn?: number;
  /**
   * Which of the issuer's keys signs.
   * @default the first one
   */
  readonly algorithm?: Algorithm;
  /** Claims as they are; they win. `undefined` takes a claim away. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Header parameters as they are; they win. */
  readonly header?: Readonly<Record<string, unknown>>;
}

/** What a session says about its user. */
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

/** Who issues, and when. */
export interface IssueContext {
  readonly issuer: string;
  /** Epoch seconds, whole. */
  readonly now: number;
}

type Payload = Readonly<Record<string, unknown>>;

/** What tells the tokens of one kind of issuer from those of another, to the claim. */
export interface TokenShape {
  /** The default name of the issuer; a path is kept when it listens. */
  readonly issuer: string;
  /** What it takes to trust a person's access token, beside the name of the issuer. */
  readonly trust: (issuer: string) => Pick<IssuerOptions, 'audience' | 'profile'>;
  /** Algorithms of its keys; the first one signs. */
  readonly algorithms: readonly Algorithm[];
  /** Generations of keys that are published at a time. */
  readonly generations: number;
  /** Path of its keys under the issuer. */
  readonly jwksPath: string;
  readonly cacheControl: string | undefined;
  readonly etag: boolean;
  /** `typ` of its ID tokens. */
  readonly idTokenTyp: string | undefined;
  readonly accessClaims: (fields: AccessTokenFields, context: IssueContext) => Payload;
  readonly machineClaims: (fields: AccessTokenFields, context: IssueContext) => Payload;
  readonly idClaims: (fields: AccessTokenFields, context: IssueContext) => Payload;
  /**
   * What a genuine access token of a person says about the session behind it, where resolver and
   * userinfo endpoint are imitated.
   */
  readonly readSession?: (
    claims: Payload,
  ) => { readonly sub: string; readonly fields: TestSessionFields } | undefined;
  /** What a refresh token looks like: claims of a JWT, or `undefined` for an opaque one. */
  readonly refreshClaims:
    ((fields: AccessTokenFields, context: IssueContext) => Payload) | undefined;
}

export function joinScope(scope: AccessTokenFields['scope'], preset: string): string {
  if (scope === undefined) return preset;
  return typeof scope === 'string' ? scope : scope.join(' ');
}
