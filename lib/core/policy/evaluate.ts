import type { AuthError } from '../errors.js';
import type { AuthgearUser } from '../user.js';
import { findAgeProblem } from './checks.js';
import type { PolicyContext } from './circumstances.js';
import {
  findAnonymous,
  checkIssuer,
  findMissingMethod,
  findUnverified,
} from './attributes.js';
import { findOrganizationProblem } from './organizations.js';
import type { Requirement } from './requirement.js';
import { findMissingRole, findMissingScope } from './scopes.js';

type Check = (
  user: AuthgearUser,
  requirement: Requirement,
  circumstances: PolicyContext,
) => AuthError | undefined;

/**
 * What no authentication can change: whoever lacks it would reauthenticate for nothing, so it is
 * told first.
 */
const permissions: readonly Check[] = [
  checkIssuer,
  findMissingScope,
  findMissingRole,
  findUnverified,
  findAnonymous,
  findOrganizationProblem,
];

/** What the user can do something about right now. */
const authentications: readonly Check[] = [findMissingMethod, findAgeProblem];

/** Why the user may not use the route, whatever they do; `undefined` when they may. */
export function findMissingPermission(
  user: AuthgearUser,
  requirement: Requirement,
  circumstances: PolicyContext,
): AuthError | undefined {
  return first(permissions, user, requirement, circumstances);
}

/** Why the user has to authenticate anew; `undefined` when they have not. */
export function findStepUp(
  user: AuthgearUser,
  requirement: Requirement,
  circumstances: PolicyContext,
): AuthError | undefined {
  return first(authentications, user, requirement, circumstances);
}

function first(checks: readonly Check[], ...subject: Parameters<Check>): AuthError | undefined {
  for (const check of checks) {
    const denial = check(...subject);
    if (denial !== undefined) return denial;
  }
  return undefined;
}
