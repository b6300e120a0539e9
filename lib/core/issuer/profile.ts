import type { Algorithm } from '../crypto/algorithms.js';
import type { AuthErrorCode } from '../error-codes.js';
import type { ClaimRule } from './claim-types.js';
import { none, type JsonObject } from '../types.js';
import type { AuthgearUser } from '../user.js';

/** A problem with an option of a profile. */
export interface OptionProblem {
  readonly option: string;
  readonly received: unknown;
  readonly fix: string;
}

/** The differences between kinds of issuers. Everything else follows RFC 9068. */
export interface IssuerProfile {
  readonly name: string;
  /** Problems with the profile's own options. They are reported with all others at startup. */
  readonly optionProblems: readonly OptionProblem[];
  /** Signature algorithms that this kind of issuer uses. */
  readonly algorithms: readonly Algorithm[];
  /** Claims that its access tokens always have, besides `iss exp iat sub` and the audience. */
  readonly requiredClaims: readonly string[];
  /** Types of the claims that {@link readUser} reads, besides the registered ones. */
  readonly claimRules: readonly ClaimRule[];
  /** The claim with the audience of a token. */
  readonly audienceClaim: string;
  /** The claim with the client that a token was issued to. */
  readonly clientIdClaim: string;
  /** The default minimum time between two fetches for unknown keys, in milliseconds. */
  readonly cooldown: number;
  /** Returns the problem with `url` as an issuer of this kind; `undefined` when it is valid. */
  readonly findIssuerProblem: (url: URL, issuer: string) => string | undefined;
  /** Recognizes the kind of a token with a wrong `typ`; `undefined` when it is unknown. */
  readonly recognize: (header: JsonObject, claims: JsonObject) => AuthErrorCode | undefined;
  /**
   * Reads the fields of the user that depend on the profile, deeply frozen. The claims are already
   * frozen, and their types are checked.
   */
  readonly readUser: (claims: JsonObject) => ProfileFields;
}

/** The fields of a user that come from different claims at different issuers. */
export type ProfileFields = Pick<
  AuthgearUser,
  | 'scopes'
  | 'roles'
  | 'isAnonymous'
  | 'isVerified'
  | 'canReauthenticate'
  | 'isMachine'
  | 'authTime'
  | 'organizations'
  | 'sessionId'
  | 'principalType'
>;

/** Defaults for the fields that a profile does not read. */
export const unknownFields: ProfileFields = {
  scopes: none,
  roles: none,
  isAnonymous: undefined,
  isVerified: undefined,
  canReauthenticate: undefined,
  isMachine: false,
  authTime: undefined,
  organizations: undefined,
  sessionId: undefined,
  principalType: undefined,
};

/**
 * The last `scope` and its parts. Tokens of one application often have the same scope, so cached
 * users share one list instead of a copy each.
 */
let last: { readonly scope: string; readonly scopes: readonly string[] } = {
  scope: '',
  scopes: none,
};

/** Splits a space-separated `scope` claim (RFC 6749 section 3.3). Returns a list unchanged. */
export function readScopes(value: unknown): readonly string[] {
  if (typeof value !== 'string') return (value as readonly string[] | undefined) ?? none;
  if (value !== last.scope)
    last = {
      scope: value,
      scopes: Object.freeze(value.split(' ').filter((scope) => scope !== '')),
    };
  return last.scopes;
}
