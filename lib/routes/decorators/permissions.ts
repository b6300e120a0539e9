import { noRequirement } from '../../core/policy/requirement.js';
import { isPolicyClass, type AnyPolicy } from '../custom-policies.js';
import type { OrganizationSource } from '../organization-id.js';
import { declareRoute, type RouteDecorator } from '../route-metadata.js';
import { checkNames, checkScopes, readNames, type Alternatives } from './names.js';

/**
 * The access token must have all of these scopes, or one of `anyOf`; else 403 with an
 * `insufficient_scope` challenge that lists them. Several decorators on class and handler add up.
 * Throws a `TypeError` at decoration for no scope, or one with a space in it.
 *
 * @example `@Scopes('read:reports', 'export:reports')`
 * @example `@Scopes({ anyOf: ['admin', 'write:reports'] })`
 */
export function Scopes(...all: [string, ...string[]]): RouteDecorator;
export function Scopes(alternatives: Alternatives): RouteDecorator;
export function Scopes(...args: [Alternatives] | string[]): RouteDecorator {
  const scopes = [readNames('@Scopes()', args, checkScopes)];
  return declareRoute({ requirement: { ...noRequirement, scopes } });
}

/**
 * The user must have all of these roles, or one of `anyOf`; else 403. Authgear: effective role
 * keys. Several decorators on class and handler add up. Throws a `TypeError` at decoration without
 * a name.
 *
 * @example `@Roles('store_manager')`
 * @example `@Roles({ anyOf: ['admin', 'store_manager'] })`
 */
export function Roles(...all: [string, ...string[]]): RouteDecorator;
export function Roles(alternatives: Alternatives): RouteDecorator;
export function Roles(...args: [Alternatives] | string[]): RouteDecorator {
  const roles = [readNames('@Roles()', args, checkNames)];
  return declareRoute({ requirement: { ...noRequirement, roles } });
}

/**
 * The user must be verified (Authgear `is_verified`); else 403. A token that does not tell is
 * refused.
 */
export function Verified(): RouteDecorator {
  return declareRoute({ requirement: { ...noRequirement, verified: true } });
}

/**
 * The user must not be anonymous (Authgear `is_anonymous`); else 403. A token of a person that does
 * not tell is refused; a machine passes.
 */
export function NotAnonymous(): RouteDecorator {
  return declareRoute({ requirement: { ...noRequirement, notAnonymous: true } });
}

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

/**
 * The application's own decision: `true` lets the request in, anything else is 403 with the reason
 * in the log. It runs when everything else that no authentication could change holds. Several
 * decorators on class and handler add up, in that order.
 *
 * @param policy a function, or a class of the `Policy` kind that is a provider
 * @param reason what the log says when it denies
 * @example `@Authorize((user) => user.claims['tenant'] === 'acme', 'not of this tenant')`
 */
export function Authorize(policy: AnyPolicy, reason: string): RouteDecorator {
  if (typeof policy !== 'function') {
    throw new TypeError('@Authorize() needs a function or a policy class');
  }
  if (isClass(policy) && !isPolicyClass(policy)) {
    throw new TypeError(`@Authorize(): the class ${policy.name} has no method authorize()`);
  }
  if (typeof reason !== 'string' || reason === '') {
    throw new TypeError('@Authorize() needs a reason, for the log');
  }
  return declareRoute({ requirement: { ...noRequirement, policies: [{ policy, reason }] } });
}

function isClass(policy: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(policy));
}
