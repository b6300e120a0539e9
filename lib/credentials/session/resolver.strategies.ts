import type { ResolverRules, TrustedIssuer } from '../../core/issuer/issuer.js';
import type { ForwardedCredential } from '../../core/session/fetch-session.js';
import { toUser } from '../../core/session/session.js';
import { isOpaqueToken } from '../../core/token/parse.js';
import { extractBearerToken } from '../bearer/bearer-token.js';
import type { HttpRequest } from '../../transports/http.js';
import { checkSameOrigin } from './same-origin.js';
import { extractSessionCookie, type SessionCookie } from './session-cookie.js';
import type { Revocations } from '../../revocation/revocations.js';
import type { SessionResolver } from './session-resolver.js';
import type {
  AuthenticatedByIssuer,
  AuthenticationRequirements,
  AuthenticationStrategy,
} from '../../options/contracts.js';

/** An issuer whose sessions are resolved. */
export type ResolvingIssuer = TrustedIssuer & { readonly resolver: ResolverRules };

/** Asks Authgear whose session a credential is. */
abstract class ResolverStrategy {
  readonly name = 'resolver';

  constructor(
    protected readonly issuer: ResolvingIssuer,
    private readonly sessions: SessionResolver,
    private readonly revocations: Revocations,
  ) {}

  protected async resolve(
    credential: ForwardedCredential,
    request: HttpRequest,
    { maxStaleness }: AuthenticationRequirements,
  ): Promise<AuthenticatedByIssuer> {
    const { issuer } = this;
    const maxAge = Math.min(issuer.resolver.cacheFor, (maxStaleness ?? Infinity) * 1000);
    const { value: session, askedAt } = await this.sessions.resolve(
      issuer.resolver,
      credential,
      request,
      maxAge,
    );
    const user = toUser(session, issuer.issuer, 'resolver');
    const confirmedAt = askedAt / 1000;
    await this.revocations.check(user, confirmedAt);
    return { user, issuer, confirmedAt };
  }
}

/** A session cookie. */
export class CookieStrategy
  extends ResolverStrategy
  implements AuthenticationStrategy<SessionCookie>
{
  extract(request: HttpRequest): SessionCookie | undefined {
    return extractSessionCookie(request, this.issuer.resolver.cookiePrefix);
  }

  async authenticate(
    { name, value }: SessionCookie,
    request: HttpRequest,
    demand: AuthenticationRequirements,
  ): Promise<AuthenticatedByIssuer> {
    checkSameOrigin(request, this.issuer.resolver.allowedOrigins);
    return this.resolve({ header: 'cookie', value: `${name}=${value}` }, request, demand);
  }
}

/** An opaque access token. */
export class OpaqueTokenStrategy
  extends ResolverStrategy
  implements AuthenticationStrategy<string>
{
  extract(request: HttpRequest): string | undefined {
    const token = extractBearerToken(request);
    return token !== undefined && isOpaqueToken(token) ? token : undefined;
  }

  authenticate(
    token: string,
    request: HttpRequest,
    demand: AuthenticationRequirements,
  ): Promise<AuthenticatedByIssuer> {
    return this.resolve({ header: 'authorization', value: `Bearer ${token}` }, request, demand);
  }
}
