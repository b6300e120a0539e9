import { Inject, Injectable, Scope, type ExecutionContext } from '@nestjs/common';
import { ContextIdFactory, ModuleRef, type ContextId } from '@nestjs/core';
import { AuthError } from '../core/errors.js';
import type { MaybePromise } from '../core/maybe-promise.js';
import type { PolicyRequirement } from '../core/policy/requirement.js';
import type { AuthgearUser } from '../core/user.js';
import { isPolicyClass, type AnyPolicy, type Policy } from '../authorize/authorize.decorator.js';

/** Asks the policies of the application, one after the other. */
@Injectable()
export class CustomPolicies {
  private readonly contextIds = new WeakMap<object, ContextId>();

  constructor(@Inject(ModuleRef) private readonly modules: ModuleRef) {}

  /** Why a policy denies; `undefined` when all allow. */
  findDenial(
    user: AuthgearUser,
    demands: readonly PolicyRequirement[],
    context: ExecutionContext,
  ): MaybePromise<AuthError | undefined> {
    return demands.length === 0 ? undefined : this.findFirstDenial(user, demands, context);
  }

  private async findFirstDenial(
    user: AuthgearUser,
    demands: readonly PolicyRequirement[],
    context: ExecutionContext,
  ): Promise<AuthError | undefined> {
    for (const { policy, reason } of demands) {
      // Whatever is not `true` is no, also where the types were not kept.
      const answer: unknown = await this.ask(policy as AnyPolicy, user, context);
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
        : await this.modules.resolve<Policy>(
            policy,
            this.contextIdOf(context.switchToHttp().getRequest<object>()),
            { strict: false },
          );
    return instance.authorize(user, context);
  }

  /** One per request, so that its policies and its handler share what is request-scoped. */
  private contextIdOf(request: object): ContextId {
    const known = this.contextIds.get(request);
    if (known !== undefined) return known;
    const contextId = ContextIdFactory.getByRequest(request);
    // NestJS makes another with each look, unless the route itself is request-scoped.
    if (ContextIdFactory.getByRequest(request) !== contextId)
      this.modules.registerRequestByContextId(request, contextId);
    this.contextIds.set(request, contextId);
    return contextId;
  }
}
