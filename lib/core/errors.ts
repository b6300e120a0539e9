import { collectFrames } from './frames.js';
import { printable } from './printable.js';
import {
  errorCatalog,
  WITHHELD_MESSAGE,
  type AuthErrorCode,
  type RefusalKind,
} from './error-codes.js';

/** The values of a refused token that may be logged. Nothing else of a token is ever logged. */
export interface RefusalContext {
  readonly iss?: string;
  readonly aud?: string;
  readonly kid?: string;
  readonly clientId?: string;
}

/** The data for a challenge, `Retry-After` or `Set-Cookie`, in addition to the code. */
export interface RefusalDetails {
  /** Scopes that the route requires (RFC 6750 section 3, `scope`). */
  readonly scopes?: readonly string[];
  /** Maximum age of the authentication in seconds (RFC 9470 section 3, `max_age`). */
  readonly maxAge?: number;
  /** Seconds after which the client may retry. */
  readonly retryAfter?: number;
  /**
   * `Set-Cookie` values that clear an invalid session cookie. Only for the client, never logged.
   */
  readonly setCookie?: readonly string[];
}

export interface AuthErrorOptions extends RefusalDetails {
  readonly facts?: RefusalContext;
  readonly cause?: unknown;
}

/**
 * A refused credential, an unmet requirement or an invalid configuration.
 *
 * `message` equals `reason`. It is a precise text for the developer's log, and never contains a
 * token, or a claim other than `iss`, `aud`, `kid` and `client_id`. Only {@link publicMessage} and
 * {@link publicCode} are for clients.
 *
 * `stack` has no frames, except for `configuration_invalid`: collecting them for every refused
 * request is expensive, and `code` already identifies the problem.
 */
export class AuthError extends Error {
  override readonly name = 'AuthError';
  /** A stable, precise, machine-readable code, for logs and `catch`. */
  readonly code: AuthErrorCode;
  /** Describes what happened, for the developer. */
  readonly reason: string;
  /** Describes what to do about it, for the developer. */
  readonly fix: string;
  /** Determines the status and the challenge of the response. */
  readonly kind: RefusalKind;
  /** Values of the token that may be logged, escaped and truncated. */
  readonly facts: RefusalContext;
  /** Data for the headers of the response. */
  readonly details: RefusalDetails;

  private isWithheld = false;

  constructor(code: AuthErrorCode, reason: string, options: AuthErrorOptions = nothing) {
    const entry = errorCatalog[code];
    const limit = collectFrames(entry.kind === 'configuration' ? Error.stackTraceLimit : 0);
    super(reason, options.cause === undefined ? undefined : { cause: options.cause });
    collectFrames(limit);
    this.code = code;
    this.reason = reason;
    this.fix = entry.fix;
    this.kind = entry.kind;
    this.facts = options.facts === undefined ? nothing : printableContext(options.facts);
    this.details = options === nothing ? nothing : detailsOf(options);
  }

  /**
   * The code for the client. It is `token_invalid` where the precise code would help an attacker to
   * forge a token, and `keys_unavailable` where it would tell how this API is configured.
   */
  get publicCode(): AuthErrorCode | 'token_invalid' {
    return this.isWithheld ? 'token_invalid' : (errorCatalog[this.code].publicCode ?? this.code);
  }

  /** The message for the client. Fixed per public code. */
  get publicMessage(): string {
    return this.isWithheld ? WITHHELD_MESSAGE : errorCatalog[this.code].message;
  }

  /**
   * @internal Hides code and message from the client: the token may be forged, and its refusal
   * depends on the configuration.
   */
  withhold(): this {
    if (this.kind === 'invalid_token') this.isWithheld = true;
    return this;
  }
}

const nothing: RefusalContext & AuthErrorOptions = Object.freeze({});

function printableContext(facts: RefusalContext): RefusalContext {
  return Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, printable(value)]));
}

function detailsOf({ facts: _facts, cause: _cause, ...details }: AuthErrorOptions): RefusalDetails {
  return details;
}
