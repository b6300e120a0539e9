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
import type { HttpRequest } from '../../transports/http.js';
import { extractBearerToken } from '../bearer/bearer-token.js';
import type { AuthenticatedByIssuer } from '../authenticated.js';
import { checkSameOrigin } from '../session/same-origin.js';
import { extractSessionCookie, type SessionCookie } from '../session/session-cookie.js';
import { cameThroughProxy, hasSessionHeaders, readProxiedSession } from './proxy-headers.js';

/** What the proxy says of the request, and the bearer token that it asked about. */
interface Proxied {
  readonly answer: SessionAnswer;
  readonly bearer: string | undefined;
}

export interface ProxyStrategyOptions {
  readonly issuer: IssuerRules;
  readonly rules: ProxyRules;
  /** For machines' tokens, which no resolver knows. */
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
 * Headers of a proxy that asked Authgear's resolver (nginx `auth_request`, Traefik ForwardAuth).
 * The resolver answers 200 whatever the session is, so the proxy lets everything through, and it is
 * decided here.
 */
export class ProxyStrategy implements AuthenticationStrategy<Proxied> {
  readonly name = 'proxy';

  constructor(private readonly options: ProxyStrategyOptions) {}

  /**
   * With proof, the proxy's word stands in place of every credential. Without, its headers are the
   * client's: they are reported, and nothing else. An anonymous request through the proxy has no
   * credential.
   */
  extract(request: HttpRequest): Proxied | undefined {
    const { rules, onUntrusted } = this.options;
    if (!cameThroughProxy(request, rules.proof)) {
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
    // Nothing is also what the resolver says of a bad bearer token or app cookie.
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
    // No page of another origin can send a bearer token without leave (CORS); credentials of
    // another scheme, browsers may send by themselves. With a cookie beside it, the session may be
    // the cookie's.
    if (this.cookieOf(request) !== undefined || bearer === undefined)
      checkSameOrigin(request, this.options.rules.allowedOrigins);
    return { user: toUser(answer, issuer.issuer, 'proxy'), issuer, confirmedAt: clock() / 1000 };
  }

  /**
   * Throws for two of one name: which of them the proxy asked about, it does not say, and somebody
   * on a neighbouring domain may have set that one.
   */
  private cookieOf(request: HttpRequest): SessionCookie | undefined {
    return extractSessionCookie(request, this.options.rules.cookiePrefix);
  }

  /**
   * A person's token that the resolver does not know is no longer good, whatever its signature
   * says. A machine's never was known to it.
   */
  private async authenticateMachine(
    answer: 'none' | 'invalid',
    bearer: string | undefined,
    request: HttpRequest,
    requirements: AuthenticationRequirements,
  ): Promise<AuthenticatedByIssuer> {
    const invalid = new AuthError(
      'session_invalid',
      'the proxy says that there is no valid session',
    );
    if (bearer === undefined || isOpaqueToken(bearer)) throw invalid;
    try {
      const authenticated = await this.options.jwt.authenticate(bearer, request, requirements);
      if (authenticated.user.isMachine) return authenticated;
    } catch (error) {
      // The resolver knows whose it is and says no: that a token of a disabled person is for
      // another audience is not what is wrong with it.
      const isRefused = error instanceof AuthError && error.kind === 'invalid_token';
      if (answer === 'none' || !isRefused) throw error;
    }
    throw invalid;
  }
}

/**
 * A bearer token decides alone: a session of somebody else is the cookie's beside it, which the
 * proxy should not have asked about.
 */
function checkSameUser(bearer: string, { userId }: Session): void {
  if (parseToken(bearer).claims['sub'] === userId) return;
  throw new AuthError(
    'session_invalid',
    'the proxy tells of another user than the bearer token: let it forward one credential only',
  );
}
