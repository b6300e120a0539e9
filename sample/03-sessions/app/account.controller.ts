import { Controller, Get } from '@nestjs/common';
import { AuthgearUser, CurrentUser } from 'nestjs-authgear';

/** The same route behind three of the four protections: an application notices nothing of how its users are told. */
@Controller()
export class AccountController {
  @Get('account')
  account(@CurrentUser() { sub, via }: AuthgearUser) {
    return { sub, via };
  }
}
