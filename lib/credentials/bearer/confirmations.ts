import type { Clock } from '../../core/clock.js';
import { sha256 } from '../../core/crypto/digest.js';
import { AuthError } from '../../core/errors.js';
import type { Fetch } from '../../core/http.js';
import { RefreshingCache } from '../../core/session/refreshing-cache.js';
import { fetchUserinfo } from '../../core/session/upstream.js';
import type { VerifiedToken } from '../../core/token/cache.js';
import type { IssuerRules } from '../../options/resolve-issuer.js';
import type { ResolverRules } from '../../options/resolve-sessions.js';
import type { HttpRequest } from '../../transports/transport.js';
import { clientInfo } from '../session/client-info.js';
import type { SessionResolver } from '../session/session-resolver.js';

/** The user of the confirmed session, and the time of the request (epoch milliseconds). */
interface Confirmation {
  readonly sub: string;
  readonly requestedAt: number;
}

/**
 * Asks the issuer whether the session of a token still exists, which a signature cannot show. Uses
 * the resolver if the issuer has one, and the userinfo endpoint otherwise.
 */
export class Confirmations {
  private readonly userinfo: RefreshingCache<{ readonly sub: string }>;

  constructor(
    private readonly resolver: SessionResolver,
    private readonly fetch: Fetch,
    clock: Clock,
  ) {
    this.userinfo = new RefreshingCache(clock);
  }

  /**
   * Resolves to the time at which the issuer confirmed the session, in epoch seconds: at most
   * `maxStaleness` seconds ago. Rejects with `token_revoked` when the session is over, with
   * `session_unconfirmed` when the issuer gives no usable answer, and with
   * `confirmation_not_supported` when the issuer has neither a resolver nor a userinfo endpoint.
   */
  async confirm(
    token: string,
    { user, issuer }: VerifiedToken<IssuerRules>,
    maxStaleness: number,
    request: HttpRequest,
  ): Promise<number> {
    const maxAge = maxStaleness * 1000;
    const { sub, requestedAt } =
      issuer.resolver === undefined
        ? await this.askUserinfo(issuer, token, maxAge, request)
        : await this.askResolver(issuer.resolver, token, maxAge, request);
    if (sub === user.sub) return requestedAt / 1000;
    throw new AuthError('token_revoked', 'the issuer confirms the session of another user');
  }

  private async askUserinfo(
    { issuer, userinfo }: IssuerRules,
    token: string,
    maxAge: number,
    request: HttpRequest,
  ): Promise<Confirmation> {
    if (userinfo === undefined) {
      const reason = 'the issuer of the token has no "userinfoUrl"';
      throw new AuthError('confirmation_not_supported', reason, { facts: { iss: issuer } });
    }
    const key = sha256(`${userinfo.url} ${token}`);
    const { value, requestedAt } = await this.userinfo.get(key, maxAge, async () => ({
      sub: await fetchUserinfo(userinfo, token, clientInfo(request), this.fetch),
    }));
    return { sub: value.sub, requestedAt };
  }

  /** The token is genuine. If the resolver knows no session for it, it was revoked. */
  private async askResolver(
    rules: ResolverRules,
    token: string,
    maxAge: number,
    request: HttpRequest,
  ): Promise<Confirmation> {
    try {
      const credential = { header: 'authorization', value: `Bearer ${token}` } as const;
      const entry = await this.resolver.resolve(rules, credential, request, maxAge);
      return { sub: entry.value.userId, requestedAt: entry.requestedAt };
    } catch (cause) {
      if (!(cause instanceof AuthError) || cause.code !== 'session_invalid') throw cause;
      throw new AuthError('token_revoked', cause.reason, { cause });
    }
  }
}
