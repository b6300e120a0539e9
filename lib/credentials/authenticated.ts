import type { Authenticated } from '../options/contracts.js';
import type { IssuerRules } from '../options/resolve-issuer.js';

/** The user that a request speaks for, with the rules of the issuer where there is one. */
export interface AuthenticatedByIssuer extends Authenticated {
  readonly issuer?: IssuerRules | undefined;
}
