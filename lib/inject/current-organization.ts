import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { routeOf } from '../authorize/route-metadata.js';
import { AuthgearUser } from '../core/user.js';
import { httpExchange } from '../extract/http-exchange.js';
import { readOrganizationId, type OrganizationSource } from '../extract/organization-id.js';

const createCurrentOrganization = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const request = httpExchange(context)?.request;
  const demand = routeOf(context).requirement.organizations.at(-1);
  if (request === undefined || demand === undefined || !(request.user instanceof AuthgearUser)) return undefined;
  const id = readOrganizationId(demand.from as OrganizationSource, request);
  return request.user.organizations?.find((organization) => organization.id === id);
});

/**
 * Injects the membership of the organization that the request is about, as `@OrganizationScopes()` found it: `@CurrentOrganization() organization:
 * Organization`. `undefined` on a route without `@OrganizationScopes()`.
 */
export function CurrentOrganization(): ParameterDecorator {
  return createCurrentOrganization();
}
