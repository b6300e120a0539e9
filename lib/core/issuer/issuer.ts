import type { Algorithm } from '../crypto/algorithms.js';
import type { IssuerProfile } from './profile.js';

/** A trusted issuer and the requirements for its tokens. */
export interface TrustedIssuer {
  readonly issuer: string;
  readonly profile: IssuerProfile;
  /** Accepted `aud` values. One of them must match. */
  readonly audience: readonly string[];
  /** Accepted `client_id` values; `undefined` accepts every client. */
  readonly clientId: readonly string[] | undefined;
  readonly algorithms: readonly Algorithm[];
  /** Accepted `typ` values in lower case without `application/`; `'any'` accepts every value. */
  readonly typ: readonly string[] | 'any';
  readonly requiredClaims: readonly string[];
  /** Seconds. */
  readonly clockTolerance: number;
}
