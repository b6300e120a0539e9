import { Controller, Get } from '@nestjs/common';
import { AuthgearUser, CurrentUser, MaxAuthAge } from 'nestjs-authgear';
import { randomBytes } from 'node:crypto';

/** Routes need no decorator to be protected: the guard is global. */
@Controller('api/me')
export class AccountController {
  @Get()
  me(@CurrentUser() user: AuthgearUser) {
    return user;
  }

  /** Recovery codes need a recent sign-in: an unlocked computer is not enough to read them. */
  @MaxAuthAge('30s')
  @Get('recovery-codes')
  recoveryCodes(@CurrentUser('sub') sub: string) {
    return { for: sub, codes: Array.from({ length: 3 }, () => randomBytes(5).toString('hex')) };
  }
}
