import { AuthError } from '../../core/errors.js';
import { printable } from '../../core/printable.js';
import { headerValue } from '../../core/headers.js';
import type { HttpRequest } from '../../transports/http.js';

const HOST = /^[\w.:[\]-]+$/;
/** RFC 9110 section 9.2.1. */
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS', 'TRACE'];

/**
 * Cookies are ambient authority: a browser sends them along whoever asks it to. So an unsafe method
 * must come from the same origin, by `Sec-Fetch-Site` (Fetch Metadata), else by `Origin`, or from
 * an origin that is allowed. Throws `cross_origin_request`, also when neither header tells.
 */
export function checkSameOrigin(request: HttpRequest, allowedOrigins: readonly string[]): void {
  if (SAFE_METHODS.includes(request.method)) return;
  const site = headerValue(request, 'sec-fetch-site');
  // `none`: the person did it, and no page.
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
      ? 'no "Origin" and no "Sec-Fetch-Site" tell where it is from'
      : `it is from "${printable(origin)}"`;
  throw new AuthError('cross_origin_request', `${request.method} with a session cookie: ${from}`);
}

/**
 * The scheme cannot be compared: TLS may have ended at a proxy. A default port may stand in `Host`
 * (`:authority` of HTTP/2), and never stands in `Origin`.
 */
function isOwn(origin: string, host: string | undefined): boolean {
  if (host === undefined || !HOST.test(host) || !URL.canParse(origin)) return false;
  const { protocol, host: from } = new URL(origin);
  const own = `${protocol}//${host}`;
  return URL.canParse(own) && new URL(own).host === from;
}
