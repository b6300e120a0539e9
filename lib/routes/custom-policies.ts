import { Inject, Injectable, Scope, type ExecutionContext, type Type } from '@nestjs/common';
import { ContextIdFactory, ModuleRef, type ContextId } from '@nestjs/core';
import { AuthError } from '../core/errors.js';
import type { PolicyRequirement } from '../core/policy/requirement.js';
import type { AuthgearUser } from '../core/user.js';
import { transportOf } from '../transports/transports.js';

/**
 * Decides whether the user may make this request. Only `true` allows it. An error that it throws
 * ends the request.
 */
export type PolicyFunction = (
  user: AuthgearUser,
  context: ExecutionContext,
) => boolean | Promise<boolean>;

/**
 * A policy with dependencies: an injectable class of any scope, provided in any module. The
 * application does not start if no module provides it.
 */
export interface Policy {
  authorize: PolicyFunction;
}

/** The policy argument of `@Authorize()`. */
export type AnyPolicy = PolicyFunction | Type<Policy>;

/** Whether a policy is a class. A function has no method `authorize` on its prototype. */
export function isPolicyClass(policy: AnyPolicy): policy is Type<Policy> {
  const { prototype } = policy as { prototype?: Partial<Policy> };
  return typeof prototype?.authorize === 'function';
}

/**
 * The members in which Fastify's request and a GraphQL context store the object that NestJS reads.
 */
const WRAPPED = ['raw', 'req'];

/** Returns the value of `@Inject(REQUEST)`: the request, or the context of a GraphQL operation. */
function scopeOf(context: ExecutionContext): object {
  const transport = transportOf(context);
  return transport.operationOf(context) ?? transport.requestOf(context);
}

/** Runs the policies of the application, one after the other. */
@Injectable()
export class CustomPolicies {
  private readonly contextIds = new WeakMap<object, ContextId>();

  constructor(@Inject(ModuleRef) private readonly modules: ModuleRef) {}

  /** Returns the first denial; `undefined` if all policies allow the request. */
  async findDenial(
    user: AuthgearUser,
    policies: readonly PolicyRequirement<AnyPolicy>[],
    context: ExecutionContext,
  ): Promise<AuthError | undefined> {
    for (const { policy, reason } of policies) {
      // Only `true` allows the request. JavaScript code may return other values.
      const answer: unknown = await this.ask(policy, user, context);
      if (answer !== true) return new AuthError('policy_denied', reason);
    }
    return undefined;
  }

  private async ask(
    policy: AnyPolicy,
    user: AuthgearUser,
    context: ExecutionContext,
  ): Promise<boolean> {
    if (!isPolicyClass(policy)) return policy(user, context);
    const instance =
      this.modules.introspect(policy).scope === Scope.DEFAULT
        ? this.modules.get<Policy>(policy, { strict: false })
        : await this.modules.resolve<Policy>(policy, this.contextIdOf(scopeOf(context)), {
            strict: false,
          });
    return instance.authorize(user, context);
  }

  /**
   * Returns one context id per request, so that its policies and its handler share request-scoped
   * providers.
   */
  private contextIdOf(request: object): ContextId {
    const known = this.contextIds.get(request);
    if (known !== undefined) return known;
    const contextId = ContextIdFactory.getByRequest(request, WRAPPED);
    // NestJS creates a new one at each call, unless the route itself is request-scoped.
    if (ContextIdFactory.getByRequest(request, WRAPPED) !== contextId) {
      this.modules.registerRequestByContextId(request, contextId);
    }
    this.contextIds.set(request, contextId);
    return contextId;
  }
}
