/** Scopes that a route demands: all of them, or one of them. */
export type ScopeDemand = { readonly allOf: readonly string[] } | { readonly anyOf: readonly string[] };

/** Scopes that the user must have in the organization that a request is about. */
export interface OrganizationDemand {
  readonly scopes: readonly string[];
  /** Where the request names the organization: what it is, only the edge knows. */
  readonly from: unknown;
}

/** What a route demands of a user. Class and handler demands add up: see {@link combine}. */
export interface Requirement {
  readonly scopes: readonly ScopeDemand[];
  /** The user authenticated at most this many seconds ago. */
  readonly maxAge: number | undefined;
  /** Lists of issuers; the user's must be in each. */
  readonly issuers: readonly (readonly string[])[];
  readonly organizations: readonly OrganizationDemand[];
}

/** Demands nothing: any verified token will do. */
export const noRequirement: Requirement = { scopes: [], maxAge: undefined, issuers: [], organizations: [] };

/** Both requirements hold: every demand of both, and the stricter age. */
export function combine(first: Requirement, second: Requirement): Requirement {
  const ages = [first.maxAge, second.maxAge].filter((age) => age !== undefined);
  return {
    scopes: [...first.scopes, ...second.scopes],
    maxAge: ages.length === 0 ? undefined : Math.min(...ages),
    issuers: [...first.issuers, ...second.issuers],
    organizations: [...first.organizations, ...second.organizations],
  };
}

/** Whether the requirement demands anything beyond a verified token. */
export function isDemanding({ scopes, maxAge, issuers, organizations }: Requirement): boolean {
  return scopes.length > 0 || maxAge !== undefined || issuers.length > 0 || organizations.length > 0;
}
