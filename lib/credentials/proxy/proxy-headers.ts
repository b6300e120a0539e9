import { timingSafeEqual } from 'node:crypto';
import { sha256 } from '../../core/crypto/digest.js';
import { AuthError } from '../../core/errors.js';
import { headerFields, headerValue, type HeaderSource } from '../../core/headers.js';
import { readSession, sessionHeaders, type SessionAnswer } from '../../core/session/session.js';
import type { ProxyProofRules } from '../../options/resolve-sessions.js';
import type { HttpRequest } from '../../transports/transport.js';

/**
 * Whether the request is proven to have come through the proxy. Throws `proxy_headers_invalid` for
 * two proofs, because the proxy then adds its own proof to one from the client.
 */
export function cameThroughProxy(request: HttpRequest, proof: ProxyProofRules): boolean {
  switch (proof.kind) {
    case 'trust':
      // A promise is truthy, but it is not a proof.
      return (proof.trust(request) as unknown) === true;
    case 'secret': {
      const [given, ...others] = headerFields(request, proof.header);
      if (others.length > 0) throw repeated(proof.header);
      if (given === undefined) return false;
      // Digests have equal length, as `timingSafeEqual` requires.
      return timingSafeEqual(Buffer.from(sha256(given)), proof.digest);
    }
    case 'none':
      return false;
  }
}

/** Whether the request carries headers that only a proxy may set. */
export function hasSessionHeaders({ headers }: HeaderSource): boolean {
  return Object.values(sessionHeaders).some((name) => headers[name] !== undefined);
}

/**
 * Reads the session that the proxy reports. Throws `proxy_headers_invalid` for a repeated header:
 * one value may come from the client.
 */
export function readProxiedSession(request: HeaderSource): SessionAnswer {
  for (const name of Object.values(sessionHeaders)) {
    if (headerFields(request, name).length > 1) throw repeated(name);
  }
  return readSession((name) => headerValue(request, name));
}

function repeated(name: string): AuthError {
  return new AuthError('proxy_headers_invalid', `the request has "${name}" more than once`);
}
