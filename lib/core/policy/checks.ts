import { AuthError } from '../errors.js';
import { printable } from '../printable.js';
import type { AuthgearUser, Organization } from '../user.js';
import {
  strictestAge,
  type NamesRequirement,
  type OrganizationRequirement,
  type Requirement,
} from './requirement.js';

/** The inputs of a decision, in addition to the user and the requirement. */
export interface PolicyContext<Source = unknown> {
  /** Epoch seconds, not rounded. */
  readonly now: number;
  /** How far the clocks of issuer and API may differ, in seconds. */
  readonly clockTolerance: number;
  /** Returns the id of the organization that the request names. */
  readonly organizationIdOf: (part: OrganizationRequirement<Source>) => string | undefined;
  /** The `auth_time` of a verified ID token sent with the access token, in epoch seconds. */
  readonly reauthenticatedAt?: number | undefined;
}

/**
 * Checks the requirements that reauthentication cannot satisfy. Returns `undefined` when all are
 * met. Call it before {@link findStepUp}, so that no user reauthenticates in vain.
 */
export function findMissingPermission<Source>(
  user: AuthgearUser,
  requirement: Requirement<unknown, Source>,
  context: PolicyContext<Source>,
): AuthError | undefined {
  return (
    checkIssuer(user, requirement) ??
    findMissingScope(user, requirement) ??
    findMissingRole(user, requirement) ??
    findUnverified(user, requirement) ??
    findAnonymous(user, requirement) ??
    findOrganizationProblem(user, requirement, context)
  );
}

/** Checks the requirements for the authentication. Returns `undefined` when all are met. */
export function findStepUp(
  user: AuthgearUser,
  requirement: Requirement,
  context: Pick<PolicyContext, 'now' | 'clockTolerance' | 'reauthenticatedAt'>,
): AuthError | undefined {
  return findMissingMethod(user, requirement) ?? findAgeProblem(user, requirement, context);
}

/** Returns the user's membership in this organization, if the user has already joined. */
export function activeMembership(
  { organizations }: AuthgearUser,
  id: string | undefined,
  { now, clockTolerance }: Pick<PolicyContext, 'now' | 'clockTolerance'>,
): Organization | undefined {
  return organizations?.find(
    (organization) =>
      organization.id === id && (organization.joinedAt ?? Infinity) <= now + clockTolerance,
  );
}

function checkIssuer({ issuer }: AuthgearUser, { issuers }: Requirement): AuthError | undefined {
  const list = issuers.find((accepted) => !accepted.includes(issuer));
  if (list === undefined) return undefined;
  return new AuthError('issuer_not_accepted', `the route accepts "${list.join('", "')}"`, {
    facts: { iss: issuer },
  });
}

function findMissingScope(
  { scopes: granted, via }: AuthgearUser,
  { scopes: required }: Requirement,
): AuthError | undefined {
  const missing = findUnmet(required, granted);
  if (missing === undefined) return undefined;
  const reason = `the route needs ${wordsFor(missing)}`;
  // Sessions never have scopes, so a challenge for a scope would not help.
  if (via === 'resolver' || via === 'proxy') return new AuthError('session_has_no_scopes', reason);
  return new AuthError('scope_missing', reason, {
    scopes: [...new Set(required.flatMap(namesOf))],
  });
}

function findMissingRole(
  { roles: granted }: AuthgearUser,
  { roles: required }: Requirement,
): AuthError | undefined {
  const missing = findUnmet(required, granted);
  return missing && new AuthError('role_missing', `the route needs ${wordsFor(missing)}`);
}

/** Fails closed: refuses a user whose verification is unknown. */
function findUnverified(
  { isVerified }: AuthgearUser,
  { verified }: Requirement,
): AuthError | undefined {
  if (!verified || isVerified === true) return undefined;
  return new AuthError(
    'user_not_verified',
    isVerified === false
      ? 'the user has no verified login id'
      : 'the credential does not say whether the user is verified',
  );
}

/** Fails closed: refuses a user who may be anonymous. Machines are never anonymous. */
function findAnonymous(
  { isAnonymous, isMachine }: AuthgearUser,
  { notAnonymous }: Requirement,
): AuthError | undefined {
  if (!notAnonymous || isAnonymous === false || isMachine) return undefined;
  return new AuthError(
    'user_is_anonymous',
    isAnonymous === true
      ? 'the user is anonymous'
      : 'the credential does not say whether the user is anonymous',
  );
}

/** Checks the scopes of the membership in the organization that the request names. */
function findOrganizationProblem<Source>(
  user: AuthgearUser,
  { organizations }: Requirement<unknown, Source>,
  context: PolicyContext<Source>,
): AuthError | undefined {
  for (const part of organizations) {
    const id = context.organizationIdOf(part);
    if (id === undefined) {
      const reason = 'the request has no value where @OrganizationScopes() reads the organization';
      return new AuthError('organization_not_named', reason);
    }
    const membership = activeMembership(user, id, context);
    if (membership === undefined) {
      const reason = `the token has no active membership in "${printable(id)}"`;
      return new AuthError('organization_not_member', reason);
    }
    const missing = part.scopes.filter((scope) => !membership.scopes.includes(scope));
    if (missing.length > 0) {
      const reason = `the membership in "${printable(id)}" lacks "${missing.join('", "')}"`;
      return new AuthError('organization_scope_missing', reason);
    }
  }
  return undefined;
}

/** Challenges for a step-up (RFC 9470) only if the user can reauthenticate. */
function findMissingMethod(user: AuthgearUser, requirement: Requirement): AuthError | undefined {
  const missing = requirement.amr.filter((method) => !user.amr.includes(method));
  if (missing.length === 0) return undefined;
  const reason = `the route needs "${missing.join('", "')}"`;
  if (user.isMachine) return new AuthError('machine_cannot_reauthenticate', reason);
  if (user.canReauthenticate === false) return new AuthError('user_cannot_reauthenticate', reason);
  // With `max_age` in the challenge, one sign-in satisfies both requirements.
  const age = strictestAge(requirement);
  return new AuthError(
    'authentication_method_missing',
    reason,
    age === undefined ? {} : { maxAge: age.maxAge },
  );
}

/** RFC 9470 section 4: refuses an authentication that is too old, or has no usable time. */
function findAgeProblem(
  user: AuthgearUser,
  requirement: Requirement,
  context: Pick<PolicyContext, 'now' | 'clockTolerance' | 'reauthenticatedAt'>,
): AuthError | undefined {
  const age = strictestAge(requirement);
  if (age === undefined) return undefined;
  if (user.isMachine) {
    const reason = 'the route has @MaxAuthAge() and the token is a machine token';
    return new AuthError('machine_cannot_reauthenticate', reason);
  }
  const problem = findTimeProblem(user, age.maxAge, context);
  if (problem === undefined || user.canReauthenticate !== false) return problem;
  if (age.ifCannotReauthenticate === 'allow') return undefined;
  const reason = `${problem.reason}, and this user can never reauthenticate`;
  return new AuthError('user_cannot_reauthenticate', reason);
}

function findTimeProblem(
  user: AuthgearUser,
  maxAge: number,
  {
    now,
    clockTolerance,
    reauthenticatedAt,
  }: Pick<PolicyContext, 'now' | 'clockTolerance' | 'reauthenticatedAt'>,
): AuthError | undefined {
  const authTime = newer(finite(user.authTime), reauthenticatedAt);
  if (authTime === undefined) {
    const reason = 'the token has no usable "auth_time"';
    return new AuthError('authentication_time_missing', reason, { maxAge });
  }
  if (authTime > now + clockTolerance) {
    const ahead = Math.round(authTime - now);
    const reason = `"auth_time" is ${ahead} s in the future by the clock of this machine`;
    return new AuthError('authentication_time_in_future', reason, { maxAge });
  }
  if (now - authTime <= maxAge) return undefined;
  const age = Math.floor(now - authTime);
  const reason = `the user authenticated ${age} s ago, the route allows ${maxAge} s`;
  return new AuthError('authentication_too_old', reason, { maxAge });
}

/** A custom strategy may compute `NaN` from a missing date, and `NaN` is never too old. */
function finite(value: number | undefined): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}

function newer(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.max(one, other);
}

function findUnmet(
  required: readonly NamesRequirement[],
  granted: readonly string[],
): NamesRequirement | undefined {
  return required.find((part) => !isMet(part, granted));
}

function isMet(part: NamesRequirement, granted: readonly string[]): boolean {
  return 'anyOf' in part
    ? part.anyOf.some((name) => granted.includes(name))
    : part.allOf.every((name) => granted.includes(name));
}

function namesOf(part: NamesRequirement): readonly string[] {
  return 'anyOf' in part ? part.anyOf : part.allOf;
}

function wordsFor(part: NamesRequirement): string {
  return `${'anyOf' in part ? 'one of ' : ''}"${namesOf(part).join('", "')}"`;
}
