import { andThen, isPromise, type MaybePromise } from '../../core/maybe-promise.js';
import type { VerifiedToken } from '../../core/token/verified-token.js';
import { findBearerToken, requireToken68 } from './bearer-token.js';
import type { HttpRequest } from '../../transports/http.js';
import type { Confirmations } from './confirmations.js';
import type {
  AuthenticatedByIssuer,
  AuthenticationRequirements,
  AuthenticationStrategy,
} from '../../options/contracts.js';
import type { TokenService } from './token.service.js';

/** A bearer token that is verified here (RFC 6750, RFC 9068). */
export class JwtStrategy implements AuthenticationStrategy<string> {
  readonly name = 'jwt';

  constructor(
    private readonly tokens: TokenService,
    private readonly confirmations: Confirmations,
    /** Whether a bearer token is for this strategy. */
    private readonly isOurs: (token: string) => boolean,
  ) {}

  extract(request: HttpRequest): string | undefined {
    const token = findBearerToken(request);
    return token !== undefined && this.isOurs(token) ? token : undefined;
  }

  authenticate(
    token: string,
    request: HttpRequest,
    { maxStaleness }: AuthenticationRequirements,
  ): MaybePromise<AuthenticatedByIssuer> {
    const verified = this.verify(token);
    return maxStaleness === undefined
      ? verified
      : andThen(verified, (found) => this.confirm(token, found, maxStaleness, request));
  }

  /**
   * A token that parses satisfies the `token68` grammar of the header, so the grammar is asked for
   * only after a refusal: to answer 400 in place of 401.
   */
  private verify(token: string): MaybePromise<VerifiedToken> {
    const verified = this.tokens.verify(token);
    if (!isPromise(verified)) return verified;
    return verified.catch((error: unknown) => {
      requireToken68(token);
      throw error;
    });
  }

  private async confirm(
    token: string,
    found: VerifiedToken,
    maxStaleness: number,
    request: HttpRequest,
  ): Promise<AuthenticatedByIssuer> {
    // A machine has no session that anybody could end.
    if (found.user.isMachine) return found;
    return {
      ...found,
      confirmedAt: await this.confirmations.confirm(token, found, maxStaleness, request),
    };
  }
}
