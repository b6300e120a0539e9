import type { ClientInfo } from '../../core/session/upstream.js';
import { headerValue } from '../../core/headers.js';
import type { HttpRequest } from '../../transports/http.js';

/** What a header may hold when it is sent on. */
const SENDABLE = /^[\x20-\x7e]{1,1024}$/;

/**
 * Who the client is, as a proxy would pass it on: its `User-Agent`, and `X-Forwarded-For` with the
 * address that it came from.
 */
export function clientInfo(request: HttpRequest): ClientInfo {
  const userAgent = headerValue(request, 'user-agent');
  const { remoteAddress } = request.socket ?? {};
  const hops = [headerValue(request, 'x-forwarded-for'), remoteAddress].filter(
    (hop) => hop !== undefined && hop !== '',
  );
  // What cannot be sent on is the client's fault, and its address is known all the same.
  return {
    userAgent: sendable(userAgent),
    forwardedFor: sendable(hops.join(', ')) ?? sendable(remoteAddress),
  };
}

function sendable(value: string | undefined): string | undefined {
  return value !== undefined && SENDABLE.test(value) ? value : undefined;
}
