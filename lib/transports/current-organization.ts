import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Organization } from '../core/user.js';
import { withImportCheck } from '../options/import-check.js';
import { transportOf } from './transports.js';

const organizations = new WeakMap<object, Organization>();

/** Stores the membership that satisfied `@OrganizationScopes()`. */
export function injectOrganization(context: ExecutionContext, organization: Organization): void {
  organizations.set(transportOf(context).callOf(context), organization);
}

const createCurrentOrganization = createParamDecorator((_: unknown, context: ExecutionContext) =>
  organizations.get(transportOf(context).callOf(context)),
);

/**
 * Injects the user's membership in the organization that the request names:
 * `@CurrentOrganization() organization: Organization`. It is `undefined` on a route without
 * `@OrganizationScopes()`. If a route has several, it is the membership of the last one.
 */
export function CurrentOrganization(): ParameterDecorator {
  return withImportCheck(createCurrentOrganization());
}
