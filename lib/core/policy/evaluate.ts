import { AuthError } from '../errors.js';
import type { AuthgearUser } from '../user.js';
import type { Requirement, ScopeDemand } from './requirement.js';

/** When the decision is made, and how far clocks may be apart. Both in seconds, un-rounded. */
export interface PolicyTime {
  readonly now: number;
  readonly clockTolerance: number;
}

/**
 * Why the user may not use the route; `undefined` when they may. Scope comes before age: whoever lacks the scope would reauthenticate
 * for nothing.
 */
export function findDenial(user: AuthgearUser, requirement: Requirement, time: PolicyTime): AuthError | undefined {
  return findMissingScope(user, requirement) ?? findAgeProblem(user, requirement, time);
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

/** RFC 9470 section 4: a missing or a future time is as bad as an old one. */
function findAgeProblem(user: AuthgearUser, { maxAge }: Requirement, { now, clockTolerance }: PolicyTime): AuthError | undefined {
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
