import type { ReadableRequest } from '../options/contracts.js';

/**
 * Where a request names the organization that it is about: a route parameter, a header, or a
 * function of the request. A function that throws ends the request with its error; one that gives
 * no string names no organization.
 */
export type OrganizationSource =
  `params.${string}` | `headers.${string}` | ((request: ReadableRequest) => string | undefined);

/** Finds the organization's id; `undefined` unless it is one non-empty string. */
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
