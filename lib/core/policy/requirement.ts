/** Scopes or roles that a route requires: all of them, or any of them. */
export type NamesRequirement =
  { readonly allOf: readonly string[] } | { readonly anyOf: readonly string[] };

/** Scopes that the user must have in the organization that the request names. */
export interface OrganizationRequirement<Source = unknown> {
  readonly scopes: readonly string[];
  /** Where the request names the organization. */
  readonly from: Source;
}

/** A policy of the application. */
export interface PolicyRequirement<Policy = unknown> {
  readonly policy: Policy;
  /** Logged when the policy denies the request. */
  readonly reason: string;
}

/** The maximum age of the user's authentication. */
export interface AgeRequirement {
  /** Seconds. */
  readonly maxAge: number;
  /** The decision for a user who can never reauthenticate. */
  readonly ifCannotReauthenticate: 'allow' | 'deny';
}

/**
 * The requirements of a route. Those of the class and the handler are combined, and the user must
 * meet every entry of every list.
 *
 * The core does not evaluate policies, and does not read the source of an organization. The type
 * parameters stand for these two types.
 */
export interface Requirement<Policy = unknown, Source = unknown> {
  readonly issuers: readonly (readonly string[])[];
  readonly scopes: readonly NamesRequirement[];
  readonly roles: readonly NamesRequirement[];
  readonly verified: boolean;
  readonly notAnonymous: boolean;
  readonly organizations: readonly OrganizationRequirement<Source>[];
  readonly policies: readonly PolicyRequirement<Policy>[];
  readonly amr: readonly string[];
  readonly ages: readonly AgeRequirement[];
  /** The issuer must have confirmed the session at most this many seconds ago. */
  readonly staleness: readonly number[];
}

/** A verified token is sufficient. */
export const noRequirement: Requirement<never, never> = {
  issuers: [],
  scopes: [],
  roles: [],
  verified: false,
  notAnonymous: false,
  organizations: [],
  policies: [],
  amr: [],
  ages: [],
  staleness: [],
};

/** Combines two requirements: the user must meet both. */
export function combine<Policy, Source>(
  first: Requirement<Policy, Source>,
  second: Requirement<Policy, Source>,
): Requirement<Policy, Source> {
  return {
    issuers: [...first.issuers, ...second.issuers],
    scopes: [...first.scopes, ...second.scopes],
    roles: [...first.roles, ...second.roles],
    verified: first.verified || second.verified,
    notAnonymous: first.notAnonymous || second.notAnonymous,
    organizations: [...first.organizations, ...second.organizations],
    policies: [...first.policies, ...second.policies],
    amr: [...first.amr, ...second.amr],
    ages: [...first.ages, ...second.ages],
    staleness: [...first.staleness, ...second.staleness],
  };
}

/** Whether a verified token alone is not sufficient. */
export function hasRequirements(requirement: Requirement): boolean {
  return Object.values(requirement).some((part: boolean | readonly unknown[]) =>
    typeof part === 'boolean' ? part : part.length > 0,
  );
}

/** Returns the strictest age. `'allow'` applies only if every entry has it. */
export function strictestAge({ ages }: Requirement): AgeRequirement | undefined {
  if (ages.length === 0) return undefined;
  const isAllowed = ages.every(({ ifCannotReauthenticate }) => ifCannotReauthenticate === 'allow');
  return {
    maxAge: Math.min(...ages.map(({ maxAge }) => maxAge)),
    ifCannotReauthenticate: isAllowed ? 'allow' : 'deny',
  };
}
