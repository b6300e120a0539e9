import { Inject, Injectable } from '@nestjs/common';
import { andThen, type MaybePromise } from '../../core/maybe-promise.js';
import { TokenCache, type VerifiedToken } from '../../core/token/cache.js';
import { createVerifier, type Verify } from '../../core/token/verify.js';
import {
  createIdTokenVerifier,
  type IdTokenExpectation,
  type VerifiedIdToken,
  type VerifyIdToken,
} from '../../core/token/verify-id-token.js';
import type { AuthgearUser } from '../../core/user.js';
import { JwksService } from '../../keys/jwks.service.js';
import type { IssuerRules } from '../../options/resolve-issuer.js';
import type { ResolvedOptions } from '../../options/resolve.js';
import { RESOLVED_OPTIONS } from '../../options/tokens.js';
import { Revocations } from '../../revocation/revocations.js';

/** Verifies tokens outside the guard: in a job, a message handler, a gateway. */
@Injectable()
export class TokenService {
  private readonly verifyToken: Verify<IssuerRules>;
  private readonly verifyId: VerifyIdToken;

  /** @internal Injected, never constructed by hand. */
  constructor(
    @Inject(RESOLVED_OPTIONS) { clock, tokenCache }: ResolvedOptions,
    @Inject(JwksService) { issuers }: JwksService,
    @Inject(Revocations) private readonly revocations: Revocations,
  ) {
    const cache =
      tokenCache === false ? undefined : new TokenCache<IssuerRules>(tokenCache.max, clock);
    this.verifyToken = createVerifier(issuers, clock, cache);
    this.verifyId = createIdTokenVerifier(issuers, clock);
  }

  /**
   * Verifies an ID token (OpenID Connect Core 1.0 section 3.1.3.7): signature, `iss`, `exp`, `typ`,
   * a numeric `auth_time`, and that it belongs to `user` and the client. Give at least one of
   * `user` and `clientId`.
   *
   * Rejects with an `AuthError`: `id_token_invalid`, whose cause says why, or of kind
   * `unavailable`. **Not** checked: `nonce`, `at_hash` and `acr`, which are the client's business.
   */
  verifyIdToken(token: string, expected: IdTokenExpectation): Promise<VerifiedIdToken> {
    return this.verifyId(token, expected);
  }

  /**
   * Turns an access token (without `Bearer `) into the user it speaks for.
   *
   * Rejects with an `AuthError`: of kind `invalid_token` when the token is not genuine, current and
   * meant for this API; of kind `unavailable` when that cannot be decided now. What webhooks
   * revoked is checked. **Not** checked: scopes, the age of the authentication, and whether the
   * issuer still knows the session (`@MaxStaleness()`).
   */
  async verifyAccessToken(token: string): Promise<AuthgearUser> {
    const { user } = await this.verify(token);
    return user;
  }

  /** @internal For the guard, which also needs the issuer's rules. Never throws. */
  verify(token: string): MaybePromise<VerifiedToken<IssuerRules>> {
    return andThen(this.verifyToken(token), (verified) => {
      const { user } = verified;
      const revoked = this.revocations.check(user, user.claims['iat'] as number);
      return andThen(revoked, () => verified);
    });
  }
}
