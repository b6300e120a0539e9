import type { ClientInfo } from '../../core/session/upstream.js';
import { headerValue } from '../../core/headers.js';
import type { HttpRequest } from '../../transports/transport.js';

/** The characters and the length that a forwarded header may have. */
const SENDABLE = /^[\x20-\x7e]{1,1024}$/;

/**
 * Who the client is, for the issuer: its `User-Agent`, and its address as the framework sees it
 * (Express `trust proxy`, Fastify `trustProxy`). A client can write `X-Forwarded-For` itself, so
 * that header is not read.
 */
export function clientInfo(request: HttpRequest): ClientInfo {
  return {
    userAgent: sendable(headerValue(request, 'user-agent')),
    forwardedFor: sendable(request.ip ?? request.socket?.remoteAddress),
  };
}

function sendable(value: string | undefined): string | undefined {
  return value !== undefined && SENDABLE.test(value) ? value : undefined;
}
