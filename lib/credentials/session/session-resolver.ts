import type { Clock } from '../../core/clock.js';
import { sha256 } from '../../core/crypto/digest.js';
import type { Fetch } from '../../core/http.js';
import { RefreshingCache, type Entry } from '../../core/session/refreshing-cache.js';
import type { Session } from '../../core/session/session.js';
import { fetchSession, type ForwardedCredential } from '../../core/session/upstream.js';
import type { ResolverRules } from '../../options/resolve-sessions.js';
import type { HttpRequest } from '../../transports/transport.js';
import { clientInfo } from './client-info.js';

/** Resolves sessions, and caches them for a short time. */
export class SessionResolver {
  private readonly sessions: RefreshingCache<Session>;

  constructor(
    private readonly fetch: Fetch,
    clock: Clock,
  ) {
    this.sessions = new RefreshingCache(clock);
  }

  /** Returns the session of a credential, at most `maxAge` milliseconds old. */
  resolve(
    rules: ResolverRules,
    credential: ForwardedCredential,
    request: HttpRequest,
    maxAge: number,
  ): Entry<Session> | Promise<Entry<Session>> {
    const key = sha256(`${rules.url} ${credential.header} ${credential.value}`);
    return this.sessions.get(key, maxAge, () =>
      fetchSession(rules, credential, clientInfo(request), this.fetch),
    );
  }
}
