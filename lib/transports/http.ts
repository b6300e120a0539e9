import type { ExecutionContext } from '@nestjs/common';
import { none } from '../core/types.js';

/**
 * What functions of the application are given: the request of Express or Fastify, as far as they
 * agree.
 */
export interface ReadableRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
  /** Who asks, as far as the framework is told about proxies (`trust proxy`, `trustProxy`). */
  readonly ip?: string | undefined;
  readonly socket?: { readonly remoteAddress?: string | undefined };
}

/**
 * What is read of a request. Express gives Node's request with more on it, Fastify its own with
 * Node's in `raw`.
 */
export interface HttpRequest extends ReadableRequest {
  /**
   * Names and values in turn, as they came; Node keeps only the first of several `Authorization`
   * fields in `headers`.
   */
  readonly rawHeaders?: readonly string[];
  readonly raw?: { readonly rawHeaders?: readonly string[] };
  user?: unknown;
}

/**
 * What is used of a response. Express and Fastify agree on `header`; only Express has `append`, and
 * Fastify's `header` appends cookies.
 */
interface HttpResponse {
  header(name: string, value: string | readonly string[]): unknown;
  append?(name: string, value: string | readonly string[]): unknown;
}

/** One request and its response, whichever platform carries them. */
export interface HttpExchange {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
}

/**
 * The one place that knows how a context leads to a request; `undefined` for transports that are
 * not HTTP.
 */
export function httpExchange(context: ExecutionContext): HttpExchange | undefined {
  if (context.getType() !== 'http') return undefined;
  const http = context.switchToHttp();
  return { request: http.getRequest<HttpRequest>(), response: http.getResponse<HttpResponse>() };
}

/**
 * All fields of a name, which is given in lower case. Only the wire tells of several. Else
 * `headers` counts, for middleware of the application may have set, changed or removed the field.
 */
export function headerFields(
  { headers, rawHeaders, raw }: HttpRequest,
  name: string,
): readonly string[] {
  const sent = sentFields(rawHeaders ?? raw?.rawHeaders ?? none, name);
  if (sent.length > 1) return sent;
  const value = headers[name];
  if (value === undefined) return none;
  return Array.isArray(value) ? value : [value];
}

function sentFields(rawHeaders: readonly string[], name: string): string[] {
  const values: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const field = rawHeaders[index] as string;
    // The length first: nearly every name has another one.
    if (field.length === name.length && field.toLowerCase() === name)
      values.push(rawHeaders[index + 1] as string);
  }
  return values;
}

/** The value of a header, where several would be joined or listed. */
export function headerValue({ headers }: HttpRequest, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
