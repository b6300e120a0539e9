import type { HttpRequest } from '../../lib/transports/transport.js';

type Fields = Readonly<Record<string, string | readonly string[]>>;

/** A request as Node gives it: a list is one field each, which `headers` joins. */
export function nodeRequest(
  fields: Fields = {},
  { method = 'GET', address }: { method?: string; address?: string } = {},
): HttpRequest {
  const all = Object.entries(fields).flatMap(([name, values]) =>
    [values].flat().map((value) => [name, value] as const),
  );
  const headers: Record<string, string> = {};
  for (const [name, value] of all) {
    const key = name.toLowerCase();
    headers[key] =
      headers[key] === undefined ? value : headers[key] + (key === 'cookie' ? '; ' : ', ') + value;
  }
  return {
    method,
    headers,
    rawHeaders: all.flat(),
    ...(address === undefined ? {} : { socket: { remoteAddress: address } }),
  };
}

/** The same in Fastify: Node's request is in `raw`. */
export function fastifyRequest(...args: Parameters<typeof nodeRequest>): HttpRequest {
  const { rawHeaders = [], ...request } = nodeRequest(...args);
  return { ...request, raw: { rawHeaders } };
}

/** One that was made by hand, without raw headers. */
export function plainRequest(
  fields: Fields = {},
  options: Parameters<typeof nodeRequest>[1] = {},
): HttpRequest {
  const { method, socket } = nodeRequest({}, options);
  const headers = Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name.toLowerCase(),
      typeof value === 'string' ? value : [...value],
    ]),
  );
  return { method, headers, ...(socket === undefined ? {} : { socket }) };
}

export const requestKinds = [
  ['Node', nodeRequest],
  ['Fastify', fastifyRequest],
  ['a plain object', plainRequest],
] as const;
