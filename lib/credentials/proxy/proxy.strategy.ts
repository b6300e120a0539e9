import type { Clock } from '../../core/clock.js';
import { AuthError } from '../../core/errors.js';
import type { MaybePromise } from '../../core/maybe-promise.js';
import { toUser, type Session, type SessionAnswer } from '../../core/session/session.js';
import { isOpaqueToken, parseToken } from '../../core/token/parse.js';
import type {
  AuthenticationRequirements,
  AuthenticationStrategy,
} from '../../options/contracts.js';
import type { IssuerRules } from '../../options/resolve-issuer.js';
import type { ProxyRules } from '../../options/resolve-sessions.js';
import type { HttpRequest } from '../../transports/transport.js';
import { extractBearerToken } from '../bearer/bearer-token.js';
import type { AuthenticatedByIssuer } from '../authenticated.js';
import { checkSameOrigin } from '../session/same-origin.js';
import { extractSessionCookie, type SessionCookie } from '../session/session-cookie.js';
import { cameThroughProxy, hasSessionHeaders, readProxiedSession } from './proxy-headers.js';

/** The session that the proxy reports, and the bearer token of the request. */
interface Proxied {
  readonly answer: SessionAnswer;
  readonly bearer: string | undefined;
}

export interface ProxyStrategyOptions {
  readonly issuer: IssuerRules;
  readonly rules: ProxyRules;
  /** Verifies tokens of machines, which the resolver does not know. */
  readonly jwt: {
    authenticate(
      token: string,
      request: HttpRequest,
      requirements: AuthenticationRequirements,
    ): MaybePromise<AuthenticatedByIssuer>;
  };
  readonly onUntrusted: (error: AuthError) => void;
  readonly clock: Clock;
}

/**
 * Authenticates by the headers of a proxy that asked Authgear's resolver (nginx `auth_request`,
 * Traefik ForwardAuth). The resolver always answers 200, so the proxy passes every request, and
 * this strategy decides.
 */
export class ProxyStrategy implements AuthenticationStrategy<Proxied> {
  readonly name = 'proxy';

  constructor(private readonly options: ProxyStrategyOptions) {}

  /**
   * With proof that the request came through the proxy, its session headers replace all other
   * credentials. Without proof, the headers may come from the client: they cause a warning and are
   * ignored. An anonymous request through the proxy has no credential.
   */
  extract(request: HttpRequest): Proxied | undefined {
    const { rules, onUntrusted } = this.options;
    if (!cameThroughProxy(request, rules.proof)) {
      if (rules.isRequired) {
        const reason = 'the request has no proof that it came through the proxy';
        throw new AuthError('proxy_required', reason);
      }
      if (hasSessionHeaders(request))
        onUntrusted(
          new AuthError(
            'proxy_headers_untrusted',
            'the request has X-Authgear-* headers and no proof',
          ),
        );
      return undefined;
    }
    const answer = readProxiedSession(request);
    const bearer = extractBearerToken(request);
    // The resolver also reports no session for an invalid bearer token or app cookie.
    const isAnonymous =
      answer === 'none' && bearer === undefined && this.cookieOf(request) === undefined;
    return isAnonymous ? undefined : { answer, bearer };
  }

  async authenticate(
    { answer, bearer }: Proxied,
    request: HttpRequest,
    requirements: AuthenticationRequirements,
  ): Promise<AuthenticatedByIssuer> {
    const { issuer, clock } = this.options;
    if (answer === 'none' || answer === 'invalid')
      return this.authenticateMachine(answer, bearer, request, requirements);
    if (bearer !== undefined && !isOpaqueToken(bearer)) checkSameUser(bearer, answer);
    // CORS keeps pages of other origins from sending a bearer token, so a request with only a
    // bearer token needs no check. Browsers may send other schemes automatically. If there is also
    // a cookie, the session may belong to the cookie.
    if (this.cookieOf(request) !== undefined || bearer === undefined)
      checkSameOrigin(request, this.options.rules.allowedOrigins);
    return { user: toUser(answer, issuer.issuer, 'proxy'), issuer, confirmedAt: clock() / 1000 };
  }

  /**
   * Throws for two cookies with the same name: the proxy does not report which one it used, and a
   * sibling domain may have set it.
   */
  private cookieOf(request: HttpRequest): SessionCookie | undefined {
    return extractSessionCookie(request, this.options.rules.cookiePrefix);
  }

  /**
   * The resolver does not know tokens of machines, so these are verified locally. A user's token
   * that the resolver does not accept is invalid, even if its signature is correct.
   */
  private async authenticateMachine(
    answer: 'none' | 'invalid',
    bearer: string | undefined,
    request: HttpRequest,
    requirements: AuthenticationRequirements,
  ): Promise<AuthenticatedByIssuer> {
    const invalid = new AuthError('session_invalid', 'the proxy reports no valid session');
    if (bearer === undefined || isOpaqueToken(bearer)) throw invalid;
    try {
      const authenticated = await this.options.jwt.authenticate(bearer, request, requirements);
      if (authenticated.user.isMachine) return authenticated;
    } catch (error) {
      // The resolver rejected the token. A refusal found here, such as a wrong audience, would hide
      // that reason.
      const isRefused = error instanceof AuthError && error.kind === 'invalid_token';
      if (answer === 'none' || !isRefused) throw error;
    }
    throw invalid;
  }
}

/**
 * Throws `session_invalid` when the session belongs to another user than the bearer token. The
 * proxy then resolved a cookie that came with the token.
 */
function checkSameUser(bearer: string, { userId }: Session): void {
  if (parseToken(bearer).claims['sub'] === userId) return;
  throw new AuthError(
    'session_invalid',
    'the proxy reports another user than the bearer token: configure it to forward one credential',
  );
}
