import type { Type } from '@nestjs/common';
import { isPolicyClass, type AnyPolicy } from '../authorize/authorize.decorator.js';
import { requirementOf, type Handlers } from '../routes/route-metadata.js';

/** Finds policies that no module provides: nobody would notice before the first request. */
export function findMissingPolicies(
  target: Type,
  handlers: Handlers,
  provided: ReadonlySet<unknown>,
): string[] {
  return Object.entries(handlers).flatMap(([name, handler]) =>
    requirementOf(target, handler)
      .custom.map(({ policy }) => policy as AnyPolicy)
      .filter((policy) => isPolicyClass(policy) && !provided.has(policy))
      .map(
        (policy) =>
          `${target.name}.${name}() asks the policy ${policy.name}, which no module ` +
          'provides: add it to the providers of one',
      ),
  );
}
