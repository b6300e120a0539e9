import type { TrustedIssuer } from '../issuer/issuer.js';
import type { AuthgearUser } from '../user.js';

/** What a genuine token says, and whose it is. */
export interface VerifiedToken {
  readonly user: AuthgearUser;
  readonly issuer: TrustedIssuer;
}
