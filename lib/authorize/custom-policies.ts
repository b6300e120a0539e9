import { Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { AuthError } from '../core/errors.js';
import type { MaybePromise } from '../core/maybe-promise.js';
import type { CustomDemand } from '../core/policy/requirement.js';
import type { AuthgearUser } from '../core/user.js';
import { isPolicyClass, type Policy, type PolicyFunction } from './authorize.decorator.js';

/** Asks the policies of the application, one after the other. */
@Injectable()
export class CustomPolicies {
  constructor(@Inject(ModuleRef) private readonly modules: ModuleRef) {}

  /** Why a policy denies; `undefined` when all allow. */
  findDenial(user: AuthgearUser, demands: readonly CustomDemand[], context: ExecutionContext): MaybePromise<AuthError | undefined> {
    return demands.length === 0 ? undefined : this.findFirstDenial(user, demands, context);
  }

  private async findFirstDenial(user: AuthgearUser, demands: readonly CustomDemand[], context: ExecutionContext): Promise<AuthError | undefined> {
    for (const { policy, reason } of demands) {
      // Whatever is not `true` is no, also where the types were not kept.
      const answer: unknown = await this.ask(policy as Parameters<typeof isPolicyClass>[0], user, context);
      if (answer !== true) return new AuthError('policy_denied', reason);
    }
    return undefined;
  }

  private ask(policy: Parameters<typeof isPolicyClass>[0], ...subject: Parameters<PolicyFunction>): boolean | Promise<boolean> {
    if (!isPolicyClass(policy)) return policy(...subject);
    return this.modules.get<Policy>(policy, { strict: false }).authorize(...subject);
  }
}
