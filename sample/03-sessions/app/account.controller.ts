import { Controller, Get } from '@nestjs/common';
import { AuthgearUser, CurrentUser } from 'nestjs-authgear';

/** The route of three of the four protections. Its code does not depend on the protection. */
@Controller()
export class AccountController {
  @Get('account')
  account(@CurrentUser() { sub, via }: AuthgearUser) {
    return { sub, via };
  }
}
