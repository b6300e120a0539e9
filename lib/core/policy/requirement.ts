/** Names that a route requires, scopes or roles: all of them, or one of them. */
export type NamesRequirement =
  { readonly allOf: readonly string[] } | { readonly anyOf: readonly string[] };

/** Scopes that the user must have in the organization that a request is about. */
export interface OrganizationRequirement<Source = unknown> {
  readonly scopes: readonly string[];
  /** Where the request names the organization. */
  readonly from: Source;
}

/** A decision that the application makes itself. */
export interface PolicyRequirement<Policy = unknown> {
  readonly policy: Policy;
  /** Goes to the log when the policy denies. */
  readonly reason: string;
}

/** The user authenticated at most this long ago. */
export interface AgeRequirement {
  /** Seconds. */
  readonly maxAge: number;
  /** What happens to a user who can never reauthenticate. */
  readonly ifCannotReauthenticate: 'allow' | 'deny';
}

/**
 * What a route requires of a user. Class and handler add up: every part of every list must hold.
 *
 * The core evaluates all parts but the policies, and reads neither a policy nor the source of an
 * organization: the type parameters are theirs.
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
  /** The issuer confirmed the session at most this many seconds ago. */
  readonly staleness: readonly number[];
}

/** Any verified token is enough. */
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

/** Every part of both requirements. */
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

/** Whether the requirement has any part, so that a verified token alone is not enough. */
export function hasRequirements(requirement: Requirement): boolean {
  return Object.values(requirement).some((part: boolean | readonly unknown[]) =>
    typeof part === 'boolean' ? part : part.length > 0,
  );
}

/** The strictest age. A user who cannot reauthenticate passes only if every part allows it. */
export function strictestAge({ ages }: Requirement): AgeRequirement | undefined {
  if (ages.length === 0) return undefined;
  const isAllowed = ages.every(({ ifCannotReauthenticate }) => ifCannotReauthenticate === 'allow');
  return {
    maxAge: Math.min(...ages.map(({ maxAge }) => maxAge)),
    ifCannotReauthenticate: isAllowed ? 'allow' : 'deny',
  };
}
