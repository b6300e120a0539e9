import { Controller, Get, Module } from '@nestjs/common';
import { AuthgearModule, AuthgearUser, CurrentUser, MaxStaleness } from 'nestjs-authgear';
import { AUTHGEAR, MAX_STALENESS } from '../environment.js';

/**
 * The module verifies tokens. The decorator limits the time since Authgear last confirmed the
 * session of the token.
 */
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
