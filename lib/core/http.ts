import { withoutCredentials } from './urls.js';

/** The part of a response that this library uses. The response of any `fetch` satisfies it. */
export interface FetchResponse {
  readonly status: number;
  readonly redirected?: boolean;
  readonly headers: {
    get(name: string): string | null;
    getSetCookie?(): string[];
  };
  /**
   * An async iterable of byte chunks. The type is `object`, because stream types differ between
   * platforms.
   */
  readonly body: object | null;
}

/**
 * The part of `fetch` that this library uses. The `fetch` of the platform and that of undici
 * satisfy it. It must not follow redirects, and must stop when the signal is aborted.
 */
export type Fetch = (
  url: string,
  init: {
    method: 'GET' | 'HEAD';
    headers: Record<string, string>;
    redirect: 'manual';
    signal: AbortSignal;
  },
) => Promise<FetchResponse>;

/** A response body. */
export type Body = AsyncIterable<Uint8Array> & { cancel?(): unknown };

/** Maximum depth of the search for a cause, because causes may refer to each other. */
const MAX_DEPTH = 10;

/** Maximum delay of a Node.js timer, in milliseconds. */
const MAX_TIMER = 2 ** 31 - 1;

/** Returns a signal that aborts after a timeout, in milliseconds of real time. */
export function deadline(timeout: number): AbortSignal {
  return AbortSignal.timeout(Math.min(Math.ceil(timeout), MAX_TIMER));
}

/** The method and headers of a request. */
export interface HttpRequestInit {
  readonly method: 'GET' | 'HEAD';
  readonly headers: Record<string, string>;
}

/** Maximum size of a response in bytes, counted while it streams. */
export const MAX_BYTES = 50 * 1024;

/** Options for the request of a document. */
interface Conditions {
  /** The `ETag` of a known version. With it, a 304 response is accepted. */
  readonly etag?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface JsonAnswer {
  readonly status: 200 | 304;
  /** The parsed body; `undefined` for 304. */
  readonly body: unknown;
  readonly headers: FetchResponse['headers'];
}

/** The response cannot be used. `status` is set if the issuer answered. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  constructor(
    message: string,
    readonly status?: number,
  ) {
    super(message);
  }
}

/**
 * Fetches a JSON document without trusting the server: redirects are refused (an issuer that
 * answers 307 was requested by the wrong name), the size of the body is counted while it streams,
 * and the signal stops everything, even a `fetch` that ignores it.
 */
export async function getJson(
  url: string,
  fetch: Fetch,
  signal: AbortSignal,
  { etag, headers: others }: Conditions = {},
): Promise<JsonAnswer> {
  const headers = {
    accept: 'application/json',
    ...(etag === undefined ? {} : { 'if-none-match': etag }),
    ...others,
  };
  const response = await send(url, { method: 'GET', headers }, fetch, signal);
  if (response.status === 304 && etag !== undefined) {
    return { status: 304, body: undefined, headers: response.headers };
  }
  if (response.status !== 200) throw unexpectedStatus(response);
  const text = await unlessAborted(readText(response), signal);
  try {
    return { status: 200, body: JSON.parse(text), headers: response.headers };
  } catch {
    throw new HttpError('it answered 200 with something that is not JSON', 200);
  }
}

/** Sends a request and refuses redirects. The signal ends the wait even if `fetch` ignores it. */
export async function send(
  url: string,
  question: HttpRequestInit,
  fetch: Fetch,
  signal: AbortSignal,
): Promise<FetchResponse> {
  const response = await unlessAborted(
    fetch(url, { ...question, redirect: 'manual', signal }),
    signal,
  );
  // A custom `fetch` may follow redirects anyway.
  if (response.redirected)
    throw new HttpError('the fetch followed a redirect, and redirects are refused');
  return response;
}

/** Returns the error for an unexpected status, and discards the body of the response. */
export function unexpectedStatus(response: FetchResponse): HttpError {
  discard(response);
  return new HttpError(describeStatus(response), response.status);
}

/** Discards a body that is not read. */
export function discard({ body }: FetchResponse): void {
  try {
    // Canceling a broken stream rejects.
    Promise.resolve((body as Body | null)?.cancel?.()).catch(() => undefined);
  } catch {
    // The body is being read. The signal stops it.
  }
}

function describeStatus({ status, headers }: FetchResponse): string {
  const location = headers.get('location');
  return status >= 300 && status < 400 && location !== null
    ? `it answered ${status} to ${originOf(location)}, and redirects are refused: use the ` +
        `issuer's public name`
    : `it answered ${status}`;
}

function originOf(location: string): string {
  return URL.canParse(location) ? new URL(location).origin : 'another path';
}

async function readText(response: FetchResponse): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let bytes = 0;
  let text = '';
  const chunks = (response.body as Body | null)?.[Symbol.asyncIterator]();
  if (chunks === undefined) return text;
  for (;;) {
    const { done, value } = await chunks.next();
    if (done === true) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > MAX_BYTES) {
      // Not awaited, because canceling a body may never finish.
      chunks.return?.().catch(() => undefined);
      throw new HttpError(`it answered more than ${MAX_BYTES} bytes`, response.status);
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** Waits for the work. Rejects with the reason of the signal when it is aborted before. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop!: () => void;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Describes why a fetch failed, for a log. `timeout` is in milliseconds. */
export function describeFailure(error: unknown, timeout: number): string {
  if (!isErrorLike(error)) return 'the fetch failed';
  if (error.name === 'TimeoutError') return `no complete answer within ${timeout / 1000} s`;
  const { message, code } = deepestCause(error);
  return withoutCredentials([message, code && `(${code})`].filter(Boolean).join(' '));
}

/**
 * Returns the innermost cause, or the first of several connection attempts, because the message
 * "fetch failed" does not give the reason.
 */
function deepestCause(error: ErrorLike): ErrorLike {
  for (let deepest = error, depth = 0; ; depth += 1) {
    const next: unknown = deepest.cause ?? deepest.errors?.[0];
    if (!isErrorLike(next) || depth === MAX_DEPTH) return deepest;
    deepest = next;
  }
}

interface ErrorLike {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly cause?: unknown;
  readonly errors?: readonly unknown[];
}

/** Checks the shape, because errors of `fetch` may come from another realm than this file. */
function isErrorLike(value: unknown): value is ErrorLike {
  return typeof value === 'object' && value !== null && 'message' in value && 'name' in value;
}
