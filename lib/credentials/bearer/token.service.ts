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

/** Verifies tokens outside the guard, for example in a job, a message handler or a gateway. */
@Injectable()
export class TokenService {
  private readonly verifyToken: Verify<IssuerRules>;
  private readonly verifyId: VerifyIdToken;

  /** @internal Created by NestJS's dependency injection. */
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
   * a numeric `auth_time`, and that it belongs to `user` and the client. At least one of `user` and
   * `clientId` is required.
   *
   * Rejects with an `AuthError`: `id_token_invalid`, with the problem as its cause, or an error of
   * kind `unavailable`. It does **not** check `nonce`, `at_hash` and `acr`: that is the client's
   * task.
   */
  verifyIdToken(token: string, expected: IdTokenExpectation): Promise<VerifiedIdToken> {
    return this.verifyId(token, expected);
  }

  /**
   * Verifies an access token (without `Bearer `), including revocation by webhooks, and resolves to
   * its user.
   *
   * Rejects with an `AuthError`: of kind `invalid_token` when the token is not genuine, current and
   * meant for this API; of kind `unavailable` when that cannot be decided now. It does **not**
   * check scopes, the age of the authentication, or whether the issuer still knows the session
   * (`@MaxStaleness()`).
   */
  async verifyAccessToken(token: string): Promise<AuthgearUser> {
    const { user } = await this.verify(token);
    return user;
  }

  /** @internal For the guard, which also needs the issuer's rules. Never throws, may reject. */
  verify(token: string): MaybePromise<VerifiedToken<IssuerRules>> {
    return andThen(this.verifyToken(token), (verified) => {
      const { user } = verified;
      const revoked = this.revocations.check(user, user.claims['iat'] as number);
      return andThen(revoked, () => verified);
    });
  }
}
