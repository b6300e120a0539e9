import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Organization } from '../core/user.js';
import { withImportCheck } from '../options/import-check.js';
import { findExchange, type HttpRequest } from './http.js';

const organizations = new WeakMap<HttpRequest, Organization>();

/** Remembers the membership that let the request in. */
export function injectOrganization(request: HttpRequest, organization: Organization): void {
  organizations.set(request, organization);
}

const createCurrentOrganization = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const request = findExchange(context)?.request;
  return request && organizations.get(request);
});

/**
 * Injects the membership of the organization that the request is about, as `@OrganizationScopes()`
 * found it: `@CurrentOrganization() organization: Organization`. `undefined` on a route without
 * `@OrganizationScopes()`. Of several on one route, the last one's.
 */
export function CurrentOrganization(): ParameterDecorator {
  return withImportCheck(createCurrentOrganization());
}
