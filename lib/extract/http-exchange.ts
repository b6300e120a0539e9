import type { ExecutionContext } from '@nestjs/common';

/** What is read of a request. Express gives Node's request with more on it, Fastify its own with Node's in `raw`. */
export interface HttpRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Names and values in turn, as they came; Node keeps only the first of several `Authorization` fields in `headers`. */
  readonly rawHeaders?: readonly string[];
  readonly raw?: { readonly rawHeaders?: readonly string[] };
  readonly params?: unknown;
  user?: unknown;
}

/** What is used of a response. Express and Fastify agree on this method. */
interface HttpResponse {
  header(name: string, value: string): unknown;
}

/** One request and its response, whichever platform carries them. */
export interface HttpExchange {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
}

/** The one place that knows how a context leads to a request; `undefined` for transports that are not HTTP. */
export function httpExchange(context: ExecutionContext): HttpExchange | undefined {
  if (context.getType() !== 'http') return undefined;
  const http = context.switchToHttp();
  return { request: http.getRequest<HttpRequest>(), response: http.getResponse<HttpResponse>() };
}
