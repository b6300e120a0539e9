import { noRequirement } from '../core/policy/requirement.js';
import type { OrganizationSource } from '../routes/organization-id.js';
import { declareRoute, type RouteDecorator } from '../routes/route-metadata.js';
import { checkScopes } from '../routes/decorators/permissions.js';

/** @see OrganizationScopes */
export interface OrganizationScopesOptions {
  /**
   * Where the request names the organization: `'params.orgId'`, `'headers.x-organization'`, or a
   * function of the request.
   */
  readonly from: OrganizationSource;
}

const MEMBER = /^(?:params|headers)\.[^.\s]+$/;

/**
 * The user must be an active member of the organization that this request is about, **with** all of
 * these scopes in it (AuthPI); else 403. Scopes in other organizations, and scopes of the token, do
 * not count. Throws a `TypeError` at decoration for no scope, or no `from`.
 *
 * @example `@OrganizationScopes('billing:write', { from: 'params.orgId' })`
 */
export function OrganizationScopes(
  ...args: [string, ...string[], OrganizationScopesOptions]
): RouteDecorator {
  const { from } = args.at(-1) as OrganizationScopesOptions;
  const scopes = checkScopes('@OrganizationScopes()', args.slice(0, -1));
  if (typeof from !== 'function' && !(typeof from === 'string' && MEMBER.test(from))) {
    throw new TypeError(
      `@OrganizationScopes(): "from" is 'params.<name>', 'headers.<name>' or a function, not ` +
        JSON.stringify(from),
    );
  }
  return declareRoute({ requirement: { ...noRequirement, organizations: [{ scopes, from }] } });
}
