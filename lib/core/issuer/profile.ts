import type { Algorithm } from '../crypto/algorithms.js';
import type { AuthErrorCode } from '../error-codes.js';
import type { ClaimRule } from './claim-types.js';
import { none, type JsonObject } from '../types.js';
import type { AuthgearUser } from '../user.js';

/** An option of a profile that makes no sense. */
export interface OptionProblem {
  readonly option: string;
  readonly received: unknown;
  readonly fix: string;
}

/** What differs between kinds of issuers. Everything else is RFC 9068. */
export interface IssuerProfile {
  readonly name: string;
  /** What is wrong with the profile's own options, to be told at bootstrap with everything else. */
  readonly optionProblems: readonly OptionProblem[];
  /** Signature algorithms that this kind of issuer uses. */
  readonly algorithms: readonly Algorithm[];
  /** Claims that its access tokens always have, beside `iss exp iat sub` and the audience. */
  readonly requiredClaims: readonly string[];
  /** Types of the claims that {@link readUser} reads, beside the registered ones. */
  readonly claimRules: readonly ClaimRule[];
  /** The claim that tells for whom a token was issued. */
  readonly audienceClaim: string;
  /** The claim that tells to which application a token was issued. */
  readonly clientIdClaim: string;
  /** Milliseconds between two fetches for unknown keys, unless the options say otherwise. */
  readonly cooldown: number;
  /** What is wrong with `url` as an issuer of this kind; `undefined` when nothing is. */
  readonly findIssuerProblem: (url: URL, issuer: string) => string | undefined;
  /** What a token of the wrong `typ` is, when that can be told. */
  readonly recognize: (header: JsonObject, claims: JsonObject) => AuthErrorCode | undefined;
  /**
   * The user's fields that only the profile can tell, deeply frozen. The claims are frozen already,
   * and their types have been checked.
   */
  readonly readUser: (claims: JsonObject) => ProfileFields;
}

/** The fields of a user that mean different claims at different issuers. */
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

/** Fields that a profile knows nothing about. */
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
 * The last `scope` and its parts: the tokens of one application have the same, and each would keep
 * parts of its own in memory.
 */
let last: { readonly scope: string; readonly scopes: readonly string[] } = {
  scope: '',
  scopes: none,
};

/** Splits a `scope` claim (RFC 6749 section 3.3: space separated); a list is taken as it is. */
export function readScopes(value: unknown): readonly string[] {
  if (typeof value !== 'string') return (value as readonly string[] | undefined) ?? none;
  if (value !== last.scope)
    last = {
      scope: value,
      scopes: Object.freeze(value.split(' ').filter((scope) => scope !== '')),
    };
  return last.scopes;
}
