/** Names that a route demands, scopes or roles: all of them, or one of them. */
export type NamesRequirement = { readonly allOf: readonly string[] } | { readonly anyOf: readonly string[] };

/** Scopes that the user must have in the organization that a request is about. */
export interface OrganizationRequirement {
  readonly scopes: readonly string[];
  /** Where the request names the organization: what it is, only the edge knows. */
  readonly from: unknown;
}

/** A decision that the application makes itself: what it is, only the edge knows. */
export interface PolicyRequirement {
  readonly policy: unknown;
  readonly reason: string;
}

/** The user authenticated at most this long ago. */
export interface AgeRequirement {
  /** Seconds. */
  readonly maxAge: number;
  /** What becomes of a user who can never reauthenticate. */
  readonly ifCannotReauthenticate: 'allow' | 'deny';
}

/** What a route demands of a user. Class and handler demands add up: each list holds as a whole. */
export interface Requirement {
  readonly issuers: readonly (readonly string[])[];
  readonly scopes: readonly NamesRequirement[];
  readonly roles: readonly NamesRequirement[];
  readonly verified: readonly true[];
  readonly notAnonymous: readonly true[];
  readonly organizations: readonly OrganizationRequirement[];
  readonly custom: readonly PolicyRequirement[];
  readonly amr: readonly string[];
  readonly age: readonly AgeRequirement[];
  /** The issuer confirmed the session at most so many seconds ago. */
  readonly staleness: readonly number[];
}

/** Demands nothing: any verified token will do. */
export const noRequirement: Requirement = {
  issuers: [],
  scopes: [],
  roles: [],
  verified: [],
  notAnonymous: [],
  organizations: [],
  custom: [],
  amr: [],
  age: [],
  staleness: [],
};

/** Both requirements hold: every demand of both. */
export function combine(first: Requirement, second: Requirement): Requirement {
  const names = Object.keys(noRequirement) as (keyof Requirement)[];
  return Object.fromEntries(
    names.map((name) => [name, [...first[name], ...second[name]]]),
  ) as unknown as Requirement;
}

/** Whether the requirement demands anything beyond a verified token. */
export function hasRequirements(requirement: Requirement): boolean {
  return Object.values(requirement).some((demands: readonly unknown[]) => demands.length > 0);
}

/** The strictest age; a user who cannot reauthenticate is let in only if every demand says so. */
export function strictestAge({ age }: Requirement): AgeRequirement | undefined {
  if (age.length === 0) return undefined;
  return {
    maxAge: Math.min(...age.map(({ maxAge }) => maxAge)),
    ifCannotReauthenticate: age.every((demand) => demand.ifCannotReauthenticate === 'allow')
      ? 'allow'
      : 'deny',
  };
}
