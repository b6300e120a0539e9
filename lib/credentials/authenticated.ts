import type { Authenticated } from '../options/contracts.js';
import type { IssuerRules } from '../options/resolve-issuer.js';

/** The authenticated user, with the rules of the issuer if there is one. */
export interface AuthenticatedByIssuer extends Authenticated {
  readonly issuer?: IssuerRules | undefined;
}
