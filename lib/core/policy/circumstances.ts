import type { OrganizationRequirement } from './requirement.js';

/** What a decision depends on beside the user and the route. */
export interface PolicyContext {
  /** Epoch seconds, un-rounded. */
  readonly now: number;
  /** How far clocks may be apart, in seconds. */
  readonly clockTolerance: number;
  /** The organization that the request is about, by the words of the demand. */
  readonly organizationIdOf: (demand: OrganizationRequirement) => string | undefined;
  /** `auth_time` of a verified ID token that came beside the access token, in epoch seconds. */
  readonly reauthenticatedAt?: number | undefined;
}
