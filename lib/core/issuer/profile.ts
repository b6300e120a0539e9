import type { Algorithm } from '../algorithms.js';
import type { ClaimRule } from '../token/claim-types.js';
import type { JsonObject } from '../types.js';
import type { AuthgearUser } from '../user.js';

/** What differs between kinds of issuers. Everything else is RFC 9068. */
export interface IssuerProfile {
  readonly name: string;
  /** Signature algorithms that this kind of issuer uses. */
  readonly algorithms: readonly Algorithm[];
  /** Claims that its access tokens always have, beside `iss aud exp iat sub`. */
  readonly requiredClaims: readonly string[];
  /** Types of the claims that {@link readUser} reads, beside the registered ones. */
  readonly claimRules: readonly ClaimRule[];
  /** What is wrong with `url` as an issuer of this kind; `undefined` when nothing is. */
  readonly findIssuerProblem: (url: URL, issuer: string) => string | undefined;
  /** Whether a token of the wrong `typ` is this issuer's ID token. */
  readonly isIdToken: (header: JsonObject, claims: JsonObject) => boolean;
  /** The user's fields that only the profile can tell. The types of the claims have been checked. */
  readonly readUser: (
    claims: JsonObject,
  ) => Pick<AuthgearUser, 'roles' | 'isAnonymous' | 'isVerified' | 'canReauthenticate' | 'isMachine' | 'authTime'>;
}
