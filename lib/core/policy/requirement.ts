/** Scopes that a route demands: all of them, or one of them. */
export type ScopeDemand = { readonly allOf: readonly string[] } | { readonly anyOf: readonly string[] };

/** What a route demands of a user. Class and handler demands add up: see {@link combine}. */
export interface Requirement {
  readonly scopes: readonly ScopeDemand[];
  /** The user authenticated at most this many seconds ago. */
  readonly maxAge: number | undefined;
}

/** Demands nothing: any verified token will do. */
export const noRequirement: Requirement = { scopes: [], maxAge: undefined };

/** Both requirements hold: every scope demand of both, and the stricter age. */
export function combine(first: Requirement, second: Requirement): Requirement {
  const ages = [first.maxAge, second.maxAge].filter((age) => age !== undefined);
  return { scopes: [...first.scopes, ...second.scopes], maxAge: ages.length === 0 ? undefined : Math.min(...ages) };
}

/** Whether the requirement demands anything beyond a verified token. */
export function isDemanding({ scopes, maxAge }: Requirement): boolean {
  return scopes.length > 0 || maxAge !== undefined;
}
