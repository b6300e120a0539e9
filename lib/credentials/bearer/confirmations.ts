import type { Clock } from '../../core/clock.js';
import { sha256 } from '../../core/crypto/digest.js';
import { AuthError } from '../../core/errors.js';
import type { Fetch } from '../../core/http.js';
import type { ResolverRules, TrustedIssuer } from '../../core/issuer/issuer.js';
import { fetchUserinfo } from '../../core/session/fetch-userinfo.js';
import { RefreshingCache } from '../../core/session/refreshing-cache.js';
import type { VerifiedToken } from '../../core/token/verified-token.js';
import type { HttpRequest } from '../../transports/http.js';
import type { SessionResolver } from '../session/session-resolver.js';

interface Confirmation {
  readonly sub: string;
}

/**
 * Asks the issuer whether the session behind a token still holds, which no signature tells: through
 * its resolver where there is one, else its userinfo endpoint.
 */
export class Confirmations {
  private readonly answers: RefreshingCache<Confirmation>;

  constructor(
    private readonly resolver: SessionResolver,
    private readonly fetch: Fetch,
    clock: Clock,
  ) {
    this.answers = new RefreshingCache(clock);
  }

  /**
   * When the issuer confirmed it, in epoch seconds; at most `maxStaleness` seconds ago. Rejects
   * with `token_revoked` when it says no, and with `session_unconfirmed` when it says nothing.
   */
  async confirm(
    token: string,
    { user, issuer }: VerifiedToken,
    maxStaleness: number,
    request: HttpRequest,
  ): Promise<number> {
    const { sub, askedAt } = await this.ask(token, issuer, maxStaleness * 1000, request);
    if (sub !== user.sub)
      throw new AuthError('token_revoked', 'the issuer confirms the session of another user');
    return askedAt / 1000;
  }

  private async ask(
    token: string,
    issuer: TrustedIssuer,
    maxAge: number,
    request: HttpRequest,
  ): Promise<Confirmation & { askedAt: number }> {
    const { resolver, userinfo } = issuer;
    if (resolver !== undefined) return this.fetchSession(resolver, token, maxAge, request);
    if (userinfo === undefined) {
      throw new AuthError(
        'confirmation_not_supported',
        'the issuer of the token has no "userinfoUrl"',
        { facts: { iss: issuer.issuer } },
      );
    }
    const ask = async (): Promise<Confirmation> => ({
      sub: await fetchUserinfo(userinfo, token, this.fetch),
    });
    const { value, askedAt } = await this.answers.get(
      sha256(`${userinfo.url} ${token}`),
      maxAge,
      ask,
    );
    return { ...value, askedAt };
  }

  /** What is no session to the resolver is a token that no longer counts: it was genuine. */
  private async fetchSession(
    rules: ResolverRules,
    token: string,
    maxAge: number,
    request: HttpRequest,
  ): Promise<Confirmation & { askedAt: number }> {
    try {
      const credential = { header: 'authorization', value: `Bearer ${token}` } as const;
      const { value, askedAt } = await this.resolver.resolve(rules, credential, request, maxAge);
      return { sub: value.userId, askedAt };
    } catch (cause) {
      if (!(cause instanceof AuthError) || cause.code !== 'session_invalid') throw cause;
      throw new AuthError('token_revoked', cause.reason, { cause });
    }
  }
}
