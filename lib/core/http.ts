import { withoutCredentials } from './urls.js';

/** What is used of a response. That of any `fetch` fits. */
export interface FetchResponse {
  readonly status: number;
  readonly redirected?: boolean;
  readonly headers: {
    get(name: string): string | null;
    getSetCookie?(): string[];
  };
  /** Chunks of bytes, as an async iterable. The types of streams differ between platforms. */
  readonly body: object | null;
}

/**
 * What is used of `fetch`. That of the platform and that of undici fit. It must not follow
 * redirects, and must end when the signal is aborted.
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

/** A body as it is read. */
export type Body = AsyncIterable<Uint8Array> & { cancel?(): unknown };

/** Causes may refer to each other. */
const MAX_DEPTH = 10;

/** What a timer of Node can count to, in milliseconds. */
const MAX_TIMER = 2 ** 31 - 1;

/** Ends a question after so many milliseconds of the real clock. */
export function deadline(timeout: number): AbortSignal {
  return AbortSignal.timeout(Math.min(Math.ceil(timeout), MAX_TIMER));
}

/** What is asked of a server. */
export interface HttpRequestInit {
  readonly method: 'GET' | 'HEAD';
  readonly headers: Record<string, string>;
}

/** Largest answer that is read, in bytes, counted while it streams. */
export const MAX_BYTES = 50 * 1024;

/** What a document is asked for with. */
interface Conditions {
  /** Accepts 304 for the version that has it. */
  readonly etag?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface JsonAnswer {
  readonly status: 200 | 304;
  /** The parsed body; `undefined` for 304. */
  readonly body: unknown;
  readonly headers: FetchResponse['headers'];
}

/** The answer was not one that can be used. `status` is there when the issuer did answer. */
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
 * Gets a JSON document and trusts nothing about the server: redirects are refused (an issuer that
 * answers 307 was asked by the wrong name), the body is counted while it streams, and the signal
 * ends everything, even a `fetch` that ignores it.
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

/** Asks, and follows no redirect. The signal ends even a `fetch` that ignores it. */
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
  // A custom `fetch` may have followed one all the same.
  if (response.redirected)
    throw new HttpError('the fetch followed a redirect, and redirects are refused');
  return response;
}

/** Lets go of an answer whose status says that it is of no use. */
export function unexpectedStatus(response: FetchResponse): HttpError {
  discard(response);
  return new HttpError(describeStatus(response), response.status);
}

/** Lets go of a body that nobody reads. */
export function discard({ body }: FetchResponse): void {
  try {
    // The body of a stream that broke rejects.
    Promise.resolve((body as Body | null)?.cancel?.()).catch(() => undefined);
  } catch {
    // The body is being read, and ends with the signal.
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
      // Not awaited, because a body may never end to be cancelled.
      chunks.return?.().catch(() => undefined);
      throw new HttpError(`it answered more than ${MAX_BYTES} bytes`, response.status);
    }
    text += decoder.decode(value, { stream: true });
  }
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
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

/** Why a fetch failed, for a log. `timeout` in milliseconds. */
export function describeFailure(error: unknown, timeout: number): string {
  if (!isErrorLike(error)) return 'the fetch failed';
  if (error.name === 'TimeoutError') return `no complete answer within ${timeout / 1000} s`;
  const { message, code } = deepestCause(error);
  return withoutCredentials([message, code && `(${code})`].filter(Boolean).join(' '));
}

/** "fetch failed" says nothing: the reason is its cause, or one of several attempts to connect. */
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

/** By shape: the errors of `fetch` may come from another realm than this file. */
function isErrorLike(value: unknown): value is ErrorLike {
  return typeof value === 'object' && value !== null && 'message' in value && 'name' in value;
}
