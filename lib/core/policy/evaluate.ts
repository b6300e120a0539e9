import { AuthError } from '../errors.js';
import type { Organization } from '../organization.js';
import { printable } from '../printable.js';
import type { AuthgearUser } from '../user.js';
import type { OrganizationDemand, Requirement, ScopeDemand } from './requirement.js';

/** What a decision depends on beside the user and the route. */
export interface Circumstances {
  /** Epoch seconds, un-rounded. */
  readonly now: number;
  /** How far clocks may be apart, in seconds. */
  readonly clockTolerance: number;
  /** The organization that the request is about, by the words of the demand. */
  readonly organizationIdOf: (demand: OrganizationDemand) => string | undefined;
}

type Check = (user: AuthgearUser, requirement: Requirement, circumstances: Circumstances) => AuthError | undefined;

/** In the order in which they are told: whoever lacks a scope would reauthenticate for nothing. */
const checks: readonly Check[] = [findForeignIssuer, findMissingScope, findOrganizationProblem, findAgeProblem];

/** Why the user may not use the route; `undefined` when they may. */
export function findDenial(user: AuthgearUser, requirement: Requirement, circumstances: Circumstances): AuthError | undefined {
  for (const check of checks) {
    const denial = check(user, requirement, circumstances);
    if (denial !== undefined) return denial;
  }
  return undefined;
}

/** The user's active membership of an organization: one that was joined, and not in the future. */
export function activeMembership(
  user: AuthgearUser,
  id: string | undefined,
  { now, clockTolerance }: Omit<Circumstances, 'organizationIdOf'>,
): Organization | undefined {
  return user.organizations?.find((organization) => organization.id === id && (organization.joinedAt ?? Infinity) <= now + clockTolerance);
}

function findForeignIssuer({ issuer }: AuthgearUser, { issuers }: Requirement): AuthError | undefined {
  const list = issuers.find((accepted) => !accepted.includes(issuer));
  if (list === undefined) return undefined;
  return new AuthError('issuer_not_accepted', `the route accepts "${list.join('", "')}"`, { facts: { iss: issuer } });
}

function findMissingScope({ scopes: granted }: AuthgearUser, { scopes: demands }: Requirement): AuthError | undefined {
  const unmet = demands.find((demand) => !isMet(demand, granted));
  if (unmet === undefined) return undefined;
  const needed = [...new Set(demands.flatMap(scopesOf))];
  const words = 'anyOf' in unmet ? 'one of ' : '';
  return new AuthError('scope_missing', `the route needs ${words}"${scopesOf(unmet).join('", "')}"`, { scopes: needed });
}

function isMet(demand: ScopeDemand, granted: readonly string[]): boolean {
  return 'anyOf' in demand ? demand.anyOf.some((scope) => granted.includes(scope)) : demand.allOf.every((scope) => granted.includes(scope));
}

function scopesOf(demand: ScopeDemand): readonly string[] {
  return 'anyOf' in demand ? demand.anyOf : demand.allOf;
}

/** The scopes count in the organization that this request is about, and nowhere else: being an owner elsewhere opens nothing here. */
function findOrganizationProblem(user: AuthgearUser, { organizations: demands }: Requirement, circumstances: Circumstances): AuthError | undefined {
  for (const demand of demands) {
    const id = circumstances.organizationIdOf(demand);
    if (id === undefined) return new AuthError('organization_not_named', 'what @OrganizationScopes() reads is not in the request');
    const membership = activeMembership(user, id, circumstances);
    if (membership === undefined) return new AuthError('organization_not_member', `the token has no active membership of "${printable(id)}"`);
    const missing = demand.scopes.filter((scope) => !membership.scopes.includes(scope));
    if (missing.length > 0) {
      return new AuthError('organization_scope_missing', `the membership of "${printable(id)}" lacks "${missing.join('", "')}"`);
    }
  }
  return undefined;
}

/** RFC 9470 section 4: a missing or a future time is as bad as an old one. */
function findAgeProblem(user: AuthgearUser, { maxAge }: Requirement, { now, clockTolerance }: Circumstances): AuthError | undefined {
  if (maxAge === undefined) return undefined;
  if (user.isMachine) return new AuthError('machine_cannot_reauthenticate', 'the route has @MaxAuthAge() and the token is a machine token');
  const { authTime } = user;
  if (authTime === undefined) return new AuthError('authentication_time_missing', 'the token has no usable "auth_time"', { maxAge });
  if (authTime > now + clockTolerance) {
    const ahead = Math.round(authTime - now);
    return new AuthError('authentication_time_in_future', `"auth_time" is ${ahead} s in the future by the clock of this machine`, { maxAge });
  }
  if (now - authTime > maxAge) {
    const age = Math.floor(now - authTime);
    return new AuthError('authentication_too_old', `the user authenticated ${age} s ago, the route allows ${maxAge} s`, { maxAge });
  }
  return undefined;
}
