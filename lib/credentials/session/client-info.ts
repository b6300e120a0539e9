import type { ClientInfo } from '../../core/session/upstream.js';
import { headerValue } from '../../core/headers.js';
import type { HttpRequest } from '../../transports/http.js';

/** Header values that are safe to forward. */
const SENDABLE = /^[\x20-\x7e]{1,1024}$/;

/**
 * Describes the client as a proxy would: its `User-Agent`, and `X-Forwarded-For` with the remote
 * address appended.
 */
export function clientInfo(request: HttpRequest): ClientInfo {
  const userAgent = headerValue(request, 'user-agent');
  const { remoteAddress } = request.socket ?? {};
  const hops = [headerValue(request, 'x-forwarded-for'), remoteAddress].filter(
    (hop) => hop !== undefined && hop !== '',
  );
  // Drop an `X-Forwarded-For` that is not safe to forward; the remote address is still known.
  return {
    userAgent: sendable(userAgent),
    forwardedFor: sendable(hops.join(', ')) ?? sendable(remoteAddress),
  };
}

function sendable(value: string | undefined): string | undefined {
  return value !== undefined && SENDABLE.test(value) ? value : undefined;
}
