import type { RefusalKind } from './error-codes.js';
import type { AuthError } from './errors.js';

/** The HTTP response for a refusal, independent of a framework. */
export interface Answer {
  readonly status: 400 | 401 | 403 | 500 | 503;
  /** Always includes `Cache-Control: no-store`. */
  readonly headers: Readonly<Record<string, string>>;
  /** `Set-Cookie` values that clear cookies. */
  readonly setCookie: readonly string[];
  readonly message: string;
  readonly code: string;
}

const statuses: Readonly<Record<RefusalKind, Answer['status']>> = {
  no_credentials: 401,
  invalid_request: 400,
  invalid_token: 401,
  insufficient_scope: 403,
  step_up: 401,
  forbidden: 403,
  unavailable: 503,
  configuration: 500,
  notice: 500,
};

/**
 * Converts a refusal to a status, `WWW-Authenticate` (RFC 6750 section 3, RFC 9470 section 3),
 * `Retry-After` and the message for the client.
 */
export function answerTo(error: AuthError): Answer {
  const challenge = challengeFor(error);
  const { retryAfter = 1, setCookie = [] } = error.details;
  return {
    status: statuses[error.kind],
    headers: {
      'Cache-Control': 'no-store',
      ...(challenge === undefined ? {} : { 'WWW-Authenticate': challenge }),
      ...(error.kind === 'unavailable' ? { 'Retry-After': String(retryAfter) } : {}),
    },
    setCookie,
    message: error.publicMessage,
    code: error.publicCode,
  };
}

function challengeFor({ kind, publicMessage, details }: AuthError): string | undefined {
  switch (kind) {
    case 'no_credentials':
      // RFC 6750 section 3.1: a response to a request without authentication information "SHOULD
      // NOT" include an error code.
      return 'Bearer';
    case 'invalid_request':
    case 'invalid_token':
      return bearer({ error: kind, error_description: publicMessage });
    case 'insufficient_scope':
      return bearer({
        error: kind,
        error_description: publicMessage,
        scope: details.scopes?.join(' '),
      });
    case 'step_up':
      return bearer({
        error: 'insufficient_user_authentication',
        error_description: publicMessage,
        max_age: details.maxAge === undefined ? undefined : String(Math.floor(details.maxAge)),
      });
    case 'forbidden':
    case 'unavailable':
    case 'configuration':
    case 'notice':
      return undefined;
  }
}

function bearer(parameters: Readonly<Record<string, string | undefined>>): string {
  const pairs = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}="${quotable(value)}"`],
  );
  return `Bearer ${pairs.join(', ')}`;
}

/**
 * Replaces characters that RFC 6750 section 3 does not allow in values (%x20-21 / %x23-5B /
 * %x5D-7E), such as quotes, backslashes and line breaks.
 */
function quotable(value: string): string {
  return value.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, ' ');
}
