import { AuthError } from '../../core/errors.js';
import { printable } from '../../core/printable.js';
import { headerValue } from '../../core/headers.js';
import type { HttpRequest } from '../../transports/transport.js';

const HOST = /^[\w.:[\]-]+$/;
/** RFC 9110 section 9.2.1. */
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS', 'TRACE'];

/**
 * Protects against cross-site request forgery: a browser sends cookies with requests from any page.
 * A request with an unsafe method must come from the same origin, according to `Sec-Fetch-Site`
 * (Fetch Metadata) or else to `Origin`, or from an allowed origin. Throws `cross_origin_request`,
 * also when both headers are missing.
 */
export function checkSameOrigin(request: HttpRequest, allowedOrigins: readonly string[]): void {
  if (SAFE_METHODS.includes(request.method)) return;
  const site = headerValue(request, 'sec-fetch-site');
  // `none`: the user started the request, not a page.
  if (site === 'same-origin' || site === 'none') return;
  const origin = headerValue(request, 'origin');
  if (origin !== undefined && allowedOrigins.includes(origin)) return;
  if (
    site === undefined &&
    origin !== undefined &&
    isOwn(origin, headerValue(request, 'host') ?? headerValue(request, ':authority'))
  )
    return;
  const from =
    origin === undefined
      ? 'neither "Origin" nor "Sec-Fetch-Site" shows an allowed origin'
      : `it comes from "${printable(origin)}"`;
  throw new AuthError('cross_origin_request', `${request.method} with a session cookie: ${from}`);
}

/**
 * Compares host and port only: the scheme is unknown when a proxy terminates TLS. `Host` (in HTTP/2
 * `:authority`) may contain the default port, `Origin` never does.
 */
function isOwn(origin: string, host: string | undefined): boolean {
  if (host === undefined || !HOST.test(host) || !URL.canParse(origin)) return false;
  const { protocol, host: from } = new URL(origin);
  const own = `${protocol}//${host}`;
  return URL.canParse(own) && new URL(own).host === from;
}
