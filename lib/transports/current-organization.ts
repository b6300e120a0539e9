import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Organization } from '../core/user.js';
import { withImportCheck } from '../options/import-check.js';
import { findExchange, type HttpRequest } from './http.js';

const organizations = new WeakMap<HttpRequest, Organization>();

/** Stores the membership that satisfied `@OrganizationScopes()`. */
export function injectOrganization(request: HttpRequest, organization: Organization): void {
  organizations.set(request, organization);
}

const createCurrentOrganization = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const request = findExchange(context)?.request;
  return request && organizations.get(request);
});

/**
 * Injects the user's membership in the organization that the request names:
 * `@CurrentOrganization() organization: Organization`. It is `undefined` on a route without
 * `@OrganizationScopes()`. If a route has several, it is the membership of the last one.
 */
export function CurrentOrganization(): ParameterDecorator {
  return withImportCheck(createCurrentOrganization());
}
