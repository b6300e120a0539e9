import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { MAX_BYTES, type Body, type Fetch, type FetchResponse } from './http.js';
import { printable } from './printable.js';

/**
 * The default `fetch`, based on `node:http` and `node:https` with their global agents, which reuse
 * connections. It requests no compression and decompresses nothing: the `fetch` of the platform can
 * end the process while it decompresses a hostile response.
 */
export const nodeFetch: Fetch = async (url, init) => {
  const { username, password } = new URL(url);
  if (username !== '' || password !== '') throw new TypeError('the URL has credentials in it');
  try {
    return await attempt(url, init);
  } catch (error) {
    if (error instanceof ClosedConnection) return attempt(url, init);
    throw error;
  }
};

/** The server closed an idle connection at the moment when a request used it again. */
class ClosedConnection extends Error {}

function attempt(
  url: string,
  { method, headers, signal }: Parameters<Fetch>[1],
): Promise<FetchResponse> {
  return new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? requestHttps : requestHttp;
    const request = send(url, {
      method,
      headers: { 'user-agent': 'nestjs-authgear', ...headers, 'accept-encoding': 'identity' },
      signal,
    });
    request
      // Stays registered, because the connection may also fail later.
      .on('error', (error: NodeJS.ErrnoException) => {
        const isClosed = request.reusedSocket && error.code === 'ECONNRESET';
        reject(isClosed ? new ClosedConnection(error.message, { cause: error }) : error);
      })
      .on('response', (message) => resolve(asResponse(message)))
      .end();
  });
}

function asResponse(message: IncomingMessage): FetchResponse {
  // A connection that breaks while the body is not read must not raise an unhandled error.
  message.on('error', () => undefined);
  const { headers } = message;
  const body: Body = {
    [Symbol.asyncIterator]: () => read(message),
    cancel: () => drain(message),
  };
  return {
    status: message.statusCode ?? 0,
    headers: {
      get: (name) => {
        const value = headers[name.toLowerCase()];
        return Array.isArray(value) ? value.join(', ') : (value ?? null);
      },
      getSetCookie: () => headers['set-cookie'] ?? [],
    },
    body,
  };
}

function read(message: IncomingMessage): AsyncIterator<Uint8Array> {
  const { 'content-encoding': encoding = 'identity' } = message.headers;
  if (encoding === 'identity') return message[Symbol.asyncIterator]();
  message.destroy();
  throw new Error(
    `it answered with the content encoding "${printable(encoding)}", and none was accepted`,
  );
}

/**
 * Reads a short remaining body to its end, so that the connection can be reused. Closes the
 * connection if more than `MAX_BYTES` remain.
 */
function drain(message: IncomingMessage): void {
  let left = MAX_BYTES;
  message.on('data', (chunk: Uint8Array) => {
    left -= chunk.byteLength;
    if (left < 0) message.destroy();
  });
}
