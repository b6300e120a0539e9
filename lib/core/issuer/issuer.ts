import type { Algorithm } from '../crypto/algorithms.js';
import type { IssuerProfile } from './profile.js';

/** A trusted issuer and what its tokens must be: options, checked and complete. */
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
}
