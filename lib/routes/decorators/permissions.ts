import { noRequirement } from '../../core/policy/requirement.js';
import { isPolicyClass, type AnyPolicy } from '../custom-policies.js';
import type { OrganizationSource } from '../organization-id.js';
import { declareRoute, type RouteDecorator } from '../route-metadata.js';
import { checkNames, checkScopes, readNames, type Alternatives } from './names.js';

/**
 * Requires that the access token has all of these scopes, or one of `anyOf`. Otherwise the answer
 * is 403 with an `insufficient_scope` challenge that lists them. Several decorators on class and
 * handler add up. Throws a `TypeError` at decoration without a scope, or for a scope with a space.
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
 * Requires that the user has all of these roles, or one of `anyOf`. Otherwise the answer is 403.
 * For Authgear, these are effective role keys. Several decorators on class and handler add up.
 * Throws a `TypeError` at decoration without a name.
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
 * Requires that the user is verified (Authgear `is_verified`). Otherwise the answer is 403. A token
 * without this information is refused.
 */
export function Verified(): RouteDecorator {
  return declareRoute({ requirement: { ...noRequirement, verified: true } });
}

/**
 * Requires that the user is not anonymous (Authgear `is_anonymous`). Otherwise the answer is 403. A
 * person's token without this information is refused. A machine passes.
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
 * Requires that the user is an active member of the organization in this request, **with** all of
 * these scopes in it (AuthPI). Otherwise the answer is 403. Scopes in other organizations, and
 * scopes of the token, do not count. Throws a `TypeError` at decoration without a scope or without
 * `from`.
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
 * Adds a policy of the application: `true` allows the request, and any other result is 403 with the
 * reason in the log. It runs after the permission checks and before the step-up checks. Several
 * decorators on class and handler add up, in that order.
 *
 * @param policy a function, or a class that implements `Policy` and is a provider
 * @param reason the reason in the log if the policy denies
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
