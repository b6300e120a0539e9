import { AuthError } from '../errors.js';
import type { AuthgearUser } from '../user.js';
import type { NamesRequirement, Requirement } from './requirement.js';

export function findMissingScope(
  { scopes: granted, via }: AuthgearUser,
  { scopes: demands }: Requirement,
): AuthError | undefined {
  const unmet = findUnmet(demands, granted);
  if (unmet === undefined) return undefined;
  // No other session would have one.
  if (via === 'resolver' || via === 'proxy')
    return new AuthError('session_has_no_scopes', `the route needs ${wordsFor(unmet)}`);
  return new AuthError('scope_missing', `the route needs ${wordsFor(unmet)}`, {
    scopes: [...new Set(demands.flatMap(namesOf))],
  });
}

export function findMissingRole(
  { roles: granted }: AuthgearUser,
  { roles: demands }: Requirement,
): AuthError | undefined {
  const unmet = findUnmet(demands, granted);
  return unmet && new AuthError('role_missing', `the route needs ${wordsFor(unmet)}`);
}

function findUnmet(demands: readonly NamesRequirement[], granted: readonly string[]): NamesRequirement | undefined {
  return demands.find((demand) => !isMet(demand, granted));
}

function isMet(demand: NamesRequirement, granted: readonly string[]): boolean {
  return 'anyOf' in demand
    ? demand.anyOf.some((name) => granted.includes(name))
    : demand.allOf.every((name) => granted.includes(name));
}

function namesOf(demand: NamesRequirement): readonly string[] {
  return 'anyOf' in demand ? demand.anyOf : demand.allOf;
}

function wordsFor(demand: NamesRequirement): string {
  return `${'anyOf' in demand ? 'one of ' : ''}"${namesOf(demand).join('", "')}"`;
}
