import type { ExecutionContext, Type } from '@nestjs/common';
import { noRequirement } from '../core/policy/requirement.js';
import type { AuthgearUser } from '../core/user.js';
import { declareRoute, type RouteDecorator } from '../routes/route-metadata.js';

/**
 * Decides whether the user may make this request. Whatever is not `true` is no; what it throws ends
 * the request.
 */
export type PolicyFunction = (
  user: AuthgearUser,
  context: ExecutionContext,
) => boolean | Promise<boolean>;

/**
 * A policy with dependencies: an injectable class of any scope, provided in any module. Where none
 * provides it, the application does not start.
 */
export interface Policy {
  authorize: PolicyFunction;
}

/** What `@Authorize()` takes. */
export type AnyPolicy = PolicyFunction | Type<Policy>;

/**
 * The application's own decision: `true` lets the request in, anything else is 403 with the reason
 * in the log. It runs when everything else that no authentication could change holds. Several
 * decorators on class and handler add up, in that order.
 *
 * @param policy a function, or a class of the {@link Policy} kind that is a provider
 * @param reason what to tell the developer when it denies
 * @example `@Authorize((user) => user.claims['tenant'] === 'acme', 'not of this tenant')`
 */
export function Authorize(policy: AnyPolicy, reason: string): RouteDecorator {
  if (typeof policy !== 'function')
    throw new TypeError('@Authorize() needs a function or a policy class');
  if (isClass(policy) && !isPolicyClass(policy))
    throw new TypeError(`@Authorize(): the class ${policy.name} has no method authorize()`);
  if (typeof reason !== 'string' || reason === '')
    throw new TypeError('@Authorize() needs a reason, for the log');
  return declareRoute({ requirement: { ...noRequirement, custom: [{ policy, reason }] } });
}

function isClass(policy: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(policy));
}

/** Whether a policy is a class: a function has no method `authorize` on its prototype. */
export function isPolicyClass(policy: AnyPolicy): policy is Type<Policy> {
  const { prototype } = policy as { prototype?: Partial<Policy> };
  return typeof prototype?.authorize === 'function';
}
