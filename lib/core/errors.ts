import { collectFrames } from './frames.js';
import { printable } from './printable.js';
import { errorCatalog, type AuthErrorCode, type RefusalKind } from './error-codes.js';

/** The values of a refused token that may be told to a log. Nothing else of a token ever is. */
export interface RefusalContext {
  readonly iss?: string;
  readonly aud?: string;
  readonly kid?: string;
  readonly clientId?: string;
}

/** What a challenge or a `Retry-After` needs to know beyond the code. */
export interface RefusalDetails {
  /** Scopes that the route needs (RFC 6750 section 3, `scope`). */
  readonly scopes?: readonly string[];
  /** Greatest age of the authentication in seconds (RFC 9470 section 3, `max_age`). */
  readonly maxAge?: number;
  /** Seconds until it is worth trying again. */
  readonly retryAfter?: number;
  /** `Set-Cookie` values that clear a bad session cookie, for the client alone. */
  readonly setCookie?: readonly string[];
}

export interface AuthErrorOptions extends RefusalDetails {
  readonly facts?: RefusalContext;
  readonly cause?: unknown;
}

/**
 * Why a credential was refused, a requirement not met or a configuration rejected.
 *
 * `message` equals `reason`: it is written for the developer's log, precise, and never holds a
 * token nor a claim other than `iss`, `aud`, `kid` and `client_id`. What a client may read is
 * {@link publicMessage} and {@link publicCode}.
 *
 * `stack` has no frames but for `configuration_invalid`: a refusal is an answer to a stranger, and
 * where it was made says nothing that `code` does not.
 */
export class AuthError extends Error {
  override readonly name = 'AuthError';
  /** Stable and machine-readable; precise, for logs and `catch`. */
  readonly code: AuthErrorCode;
  /** What happened, for the developer. */
  readonly reason: string;
  /** What to do about it, for the developer. */
  readonly fix: string;
  /** Which answer this is. */
  readonly kind: RefusalKind;
  /**
   * The code a client sees: `token_invalid` in place of those that would tell a forger what to
   * change.
   */
  readonly publicCode: AuthErrorCode | 'token_invalid';
  /** The text a client sees. Fixed per code. */
  readonly publicMessage: string;
  /** Values of the token that may be logged, escaped and cut. */
  readonly facts: RefusalContext;
  /** What the challenge needs to know. */
  readonly details: RefusalDetails;

  constructor(code: AuthErrorCode, reason: string, options: AuthErrorOptions = nothing) {
    const entry = errorCatalog[code];
    const limit = collectFrames(entry.kind === 'configuration' ? Error.stackTraceLimit : 0);
    super(reason, options.cause === undefined ? undefined : { cause: options.cause });
    collectFrames(limit);
    this.code = code;
    this.reason = reason;
    this.fix = entry.fix;
    this.kind = entry.kind;
    this.publicCode = entry.publicCode ?? code;
    this.publicMessage = entry.message;
    this.facts = options.facts === undefined ? nothing : printableContext(options.facts);
    this.details = options === nothing ? nothing : detailsOf(options);
  }
}

const nothing: RefusalContext & AuthErrorOptions = Object.freeze({});

function printableContext(facts: RefusalContext): RefusalContext {
  return Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, printable(value)]));
}

function detailsOf({ facts: _facts, cause: _cause, ...details }: AuthErrorOptions): RefusalDetails {
  return details;
}
