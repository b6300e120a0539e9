import { Controller, Get } from '@nestjs/common';
import { AuthgearUser, CurrentUser, MaxAuthAge } from 'nestjs-authgear';
import { randomBytes } from 'node:crypto';

/** No decorator is needed to protect a route: the guard is closed by default. */
@Controller('api/me')
export class AccountController {
  @Get()
  me(@CurrentUser() user: AuthgearUser) {
    return user;
  }

  /** Whoever finds an unlocked computer must not get these: the user has to have signed in just now. */
  @MaxAuthAge('30s')
  @Get('recovery-codes')
  recoveryCodes(@CurrentUser('sub') sub: string) {
    return { for: sub, codes: Array.from({ length: 3 }, () => randomBytes(5).toString('hex')) };
  }
}
