import { toUser } from '../../core/session/session.js';
import type { ForwardedCredential } from '../../core/session/upstream.js';
import { isOpaqueToken } from '../../core/token/parse.js';
import type {
  AuthenticationRequirements,
  AuthenticationStrategy,
} from '../../options/contracts.js';
import type { IssuerRules } from '../../options/resolve-issuer.js';
import type { ResolverRules } from '../../options/resolve-sessions.js';
import type { Revocations } from '../../revocation/revocations.js';
import type { HttpRequest } from '../../transports/transport.js';
import type { AuthenticatedByIssuer } from '../authenticated.js';
import { extractBearerToken } from '../bearer/bearer-token.js';
import { checkSameOrigin } from './same-origin.js';
import { extractSessionCookie, type SessionCookie } from './session-cookie.js';
import type { SessionResolver } from './session-resolver.js';

/** An issuer with a resolver. */
export type ResolvingIssuer = IssuerRules & { readonly resolver: ResolverRules };

/** Authenticates a credential at Authgear's resolver. */
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
    { maxStaleness = Infinity }: AuthenticationRequirements,
  ): Promise<AuthenticatedByIssuer> {
    const { issuer } = this;
    const { resolver } = issuer;
    const maxAge = Math.min(resolver.cacheFor, maxStaleness * 1000);
    const entry = await this.sessions.resolve(resolver, credential, request, maxAge);
    const user = toUser(entry.value, issuer.issuer, 'resolver');
    const confirmedAt = entry.requestedAt / 1000;
    await this.revocations.check(user, confirmedAt);
    return { user, issuer, confirmedAt };
  }
}

/** Authenticates session cookies. */
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
    requirements: AuthenticationRequirements,
  ): Promise<AuthenticatedByIssuer> {
    checkSameOrigin(request, this.issuer.resolver.allowedOrigins);
    return this.resolve({ header: 'cookie', value: `${name}=${value}` }, request, requirements);
  }
}

/** Authenticates opaque access tokens. */
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
    requirements: AuthenticationRequirements,
  ): Promise<AuthenticatedByIssuer> {
    const credential = { header: 'authorization', value: `Bearer ${token}` } as const;
    return this.resolve(credential, request, requirements);
  }
}
