import type { Clock } from '../../core/clock.js';
import { sha256 } from '../../core/crypto/digest.js';
import type { Fetch } from '../../core/http.js';
import type { ResolverRules } from '../../core/issuer/issuer.js';
import { fetchSession, type ForwardedCredential } from '../../core/session/fetch-session.js';
import { RefreshingCache, type Answer } from '../../core/session/refreshing-cache.js';
import type { Session } from '../../core/session/session.js';
import { clientInfo } from './client-info.js';
import type { HttpRequest } from '../../transports/http.js';

/** Asks the resolver, and remembers its good answers for a moment. */
export class SessionResolver {
  private readonly answers: RefreshingCache<Session>;

  constructor(
    private readonly fetch: Fetch,
    clock: Clock,
  ) {
    this.answers = new RefreshingCache(clock);
  }

  /** The session of a credential, as the resolver knew it at most `maxAge` milliseconds ago. */
  resolve(
    rules: ResolverRules,
    credential: ForwardedCredential,
    request: HttpRequest,
    maxAge: number,
  ): Answer<Session> | Promise<Answer<Session>> {
    const key = sha256(`${rules.url} ${credential.header} ${credential.value}`);
    return this.answers.get(key, maxAge, () =>
      fetchSession(rules, credential, clientInfo(request), this.fetch),
    );
  }
}
