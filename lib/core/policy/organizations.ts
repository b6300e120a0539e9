import { AuthError } from '../errors.js';
import type { Organization } from '../organization.js';
import { printable } from '../printable.js';
import type { AuthgearUser } from '../user.js';
import type { PolicyContext } from './circumstances.js';
import type { Requirement } from './requirement.js';

/**
 * The scopes count in the organization that this request is about, and nowhere else: being an owner
 * elsewhere opens nothing here.
 */
export function findOrganizationProblem(
  user: AuthgearUser,
  { organizations: demands }: Requirement,
  circumstances: PolicyContext,
): AuthError | undefined {
  for (const demand of demands) {
    const id = circumstances.organizationIdOf(demand);
    if (id === undefined)
      return new AuthError(
        'organization_not_named',
        'what @OrganizationScopes() reads is not in the request',
      );
    const membership = activeMembership(user, id, circumstances);
    if (membership === undefined)
      return new AuthError(
        'organization_not_member',
        `the token has no active membership of "${printable(id)}"`,
      );
    const missing = demand.scopes.filter((scope) => !membership.scopes.includes(scope));
    if (missing.length > 0) {
      return new AuthError(
        'organization_scope_missing',
        `the membership of "${printable(id)}" lacks "${missing.join('", "')}"`,
      );
    }
  }
  return undefined;
}

/** One that was joined, and not in the future. */
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
