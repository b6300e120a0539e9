import { AuthError } from '../errors.js';
import type { AuthgearUser } from '../user.js';
import type { PolicyContext } from './circumstances.js';
import { strictestAge, type Requirement } from './requirement.js';

/** RFC 9470 section 4: a missing or a future time is as bad as an old one. */
export function findAgeProblem(
  user: AuthgearUser,
  requirement: Requirement,
  circumstances: PolicyContext,
): AuthError | undefined {
  const demand = strictestAge(requirement);
  if (demand === undefined) return undefined;
  if (user.isMachine)
    return new AuthError(
      'machine_cannot_reauthenticate',
      'the route has @MaxAuthAge() and the token is a machine token',
    );
  const problem = findTimeProblem(user, demand.maxAge, circumstances);
  if (problem === undefined || user.canReauthenticate !== false) return problem;
  if (demand.ifCannotReauthenticate === 'allow') return undefined;
  return new AuthError(
    'user_cannot_reauthenticate',
    `${problem.reason}, and this user can never reauthenticate`,
  );
}

function findTimeProblem(
  user: AuthgearUser,
  maxAge: number,
  circumstances: PolicyContext,
): AuthError | undefined {
  const { now, clockTolerance, reauthenticatedAt } = circumstances;
  const authTime = newer(asTime(user.authTime), reauthenticatedAt);
  if (authTime === undefined)
    return new AuthError('authentication_time_missing', 'the token has no usable "auth_time"', {
      maxAge,
    });
  if (authTime > now + clockTolerance) {
    const ahead = Math.round(authTime - now);
    return new AuthError(
      'authentication_time_in_future',
      `"auth_time" is ${ahead} s in the future by the clock of this machine`,
      { maxAge },
    );
  }
  if (now - authTime > maxAge) {
    const age = Math.floor(now - authTime);
    return new AuthError(
      'authentication_too_old',
      `the user authenticated ${age} s ago, the route allows ${maxAge} s`,
      { maxAge },
    );
  }
  return undefined;
}

/**
 * What a strategy of the application makes of a date that is not there: `NaN` is not too old for
 * any age.
 */
function asTime(value: number | undefined): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}

function newer(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.max(one, other);
}
