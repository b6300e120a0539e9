import type { ReadableRequest } from '../options/contracts.js';

/**
 * Where a request names its organization: a route parameter, a header, or a function of the
 * request. An error that the function throws ends the request. If it does not return a string, the
 * request names no organization.
 */
export type OrganizationSource =
  `params.${string}` | `headers.${string}` | ((request: ReadableRequest) => string | undefined);

/** Returns the id of the organization; `undefined` unless it is one non-empty string. */
export function readOrganizationId(
  from: OrganizationSource,
  request: ReadableRequest,
): string | undefined {
  const id = typeof from === 'function' ? from(request) : readMember(from, request);
  return typeof id === 'string' && id !== '' ? id : undefined;
}

function readMember(from: string, { params, headers }: ReadableRequest): unknown {
  const dot = from.indexOf('.');
  const name = from.slice(dot + 1);
  return from.slice(0, dot) === 'params'
    ? (params as Record<string, unknown> | undefined)?.[name]
    : headers[name.toLowerCase()];
}
