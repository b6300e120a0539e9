import { Inject, Injectable } from '@nestjs/common';
import { createVerifier, type Verify } from '../core/token/verify.js';
import type { AuthgearUser } from '../core/user.js';
import { RESOLVED_OPTIONS } from '../options/tokens.js';
import type { ResolvedOptions } from '../options/resolve.js';
import { JwksService } from './jwks.service.js';

/** Verifies tokens outside the guard: in a job, a message handler, a gateway. */
@Injectable()
export class TokenService {
  private readonly verify: Verify;

  /** @internal Injected, never made by hand. */
  constructor(@Inject(RESOLVED_OPTIONS) { issuers, clock }: ResolvedOptions, @Inject(JwksService) jwks: JwksService) {
    this.verify = createVerifier({
      issuers: issuers.map(({ issuer }) => issuer),
      findKey: ({ issuer }, query) => jwks.find(query, issuer),
      clock,
    });
  }

  /**
   * Turns an access token (without `Bearer `) into the user it speaks for.
   *
   * Rejects with an `AuthError`: of kind `invalid_token` when the token is not genuine, current and meant for this API; of kind
   * `unavailable` when that cannot be decided now. **Not** checked: scopes, the age of the authentication, and whether the session was
   * revoked since the token was issued.
   */
  verifyAccessToken(token: string): Promise<AuthgearUser> {
    return this.verify(token);
  }
}
