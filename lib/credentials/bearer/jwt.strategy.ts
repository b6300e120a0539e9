import { isPromise, type MaybePromise } from '../../core/maybe-promise.js';
import type { VerifiedToken } from '../../core/token/cache.js';
import type {
  AuthenticationRequirements,
  AuthenticationStrategy,
} from '../../options/contracts.js';
import type { IssuerRules } from '../../options/resolve-issuer.js';
import type { HttpRequest } from '../../transports/transport.js';
import type { AuthenticatedByIssuer } from '../authenticated.js';
import { findBearerToken, requireToken68 } from './bearer-token.js';
import type { Confirmations } from './confirmations.js';
import type { TokenService } from './token.service.js';

/** Authenticates bearer tokens that are JWTs, by verifying them locally (RFC 6750, RFC 9068). */
export class JwtStrategy implements AuthenticationStrategy<string> {
  readonly name = 'jwt';

  constructor(
    private readonly tokens: TokenService,
    private readonly confirmations: Confirmations,
    /** Whether this strategy handles a bearer token. */
    private readonly isOurs: (token: string) => boolean,
  ) {}

  extract(request: HttpRequest): string | undefined {
    const token = findBearerToken(request);
    return token !== undefined && this.isOurs(token) ? token : undefined;
  }

  async authenticate(
    token: string,
    request: HttpRequest,
    { maxStaleness }: AuthenticationRequirements,
  ): Promise<AuthenticatedByIssuer> {
    const verified = await this.verify(token);
    // Machines have no session to confirm.
    if (maxStaleness === undefined || verified.user.isMachine) return verified;
    const confirmedAt = await this.confirmations.confirm(token, verified, maxStaleness, request);
    return { ...verified, confirmedAt };
  }

  /**
   * A token that parses satisfies the `token68` grammar of the header. So the grammar is checked
   * only after a refusal, to answer 400 instead of 401.
   */
  private verify(token: string): MaybePromise<VerifiedToken<IssuerRules>> {
    const verified = this.tokens.verify(token);
    if (!isPromise(verified)) return verified;
    return verified.catch((error: unknown) => {
      requireToken68(token);
      throw error;
    });
  }
}
