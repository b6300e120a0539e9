import { timingSafeEqual } from 'node:crypto';
import { sha256 } from '../../core/crypto/digest.js';
import { AuthError } from '../../core/errors.js';
import { readSession, sessionHeaders, type SessionAnswer } from '../../core/session/session.js';
import {
  headerFields,
  headerValue,
  type HttpRequest,
  type ReadableRequest,
} from '../../transports/http.js';

export const DEFAULT_SECRET_HEADER = 'x-proxy-secret';

/** How a proxy proves itself: by one of secret and `trust`. */
export interface ProxyRules {
  /** The SHA-256 of the secret ({@link digestOf}). */
  readonly secretDigest: Buffer | undefined;
  /** In lower case. */
  readonly secretHeader: string;
  readonly trust: ((request: ReadableRequest) => boolean) | undefined;
  readonly cookiePrefix: string;
  readonly allowedOrigins: readonly string[];
}

/** What is compared of a secret. */
export function digestOf(secret: string): Buffer {
  return Buffer.from(sha256(secret));
}

/** Whether the request came through the proxy. */
export function cameThroughProxy(
  request: HttpRequest,
  { secretDigest, secretHeader, trust }: ProxyRules,
): boolean {
  // A function that gives a promise has proved nothing.
  if (trust !== undefined) return (trust(request) as unknown) === true;
  const [given, ...others] = headerFields(request, secretHeader);
  if (secretDigest === undefined || given === undefined || others.length > 0) return false;
  // Digests have one length, and comparing them tells nothing about where two texts differ.
  return timingSafeEqual(digestOf(given), secretDigest);
}

/** Whether the request carries headers that only a proxy may set. */
export function hasSessionHeaders({ headers }: HttpRequest): boolean {
  return Object.values(sessionHeaders).some((name) => headers[name] !== undefined);
}

/**
 * What the proxy says. Throws `proxy_headers_invalid` for a header that stands twice: one of them
 * may be the client's.
 */
export function readProxiedSession(request: HttpRequest): SessionAnswer {
  for (const name of Object.values(sessionHeaders)) {
    if (headerFields(request, name).length > 1)
      throw new AuthError(
        'proxy_headers_invalid',
        `"${name}" stands in the request more than once`,
      );
  }
  return readSession((name) => headerValue(request, name));
}
