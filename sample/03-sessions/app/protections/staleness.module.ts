import { Controller, Get, Module } from '@nestjs/common';
import { AuthgearModule, AuthgearUser, CurrentUser, MaxStaleness } from 'nestjs-authgear';
import { AUTHGEAR, MAX_STALENESS } from '../environment.js';

/** Tokens are verified here, and Authgear has confirmed the session behind them a moment ago: the decorator says how long that may be. */
@Controller()
class FreshAccountController {
  @MaxStaleness(MAX_STALENESS)
  @Get('account')
  account(@CurrentUser() { sub, via }: AuthgearUser) {
    return { sub, via };
  }
}

@Module({
  imports: [AuthgearModule.forRoot({ issuer: AUTHGEAR, audience: AUTHGEAR })],
  controllers: [FreshAccountController],
})
export class StalenessModule {}
