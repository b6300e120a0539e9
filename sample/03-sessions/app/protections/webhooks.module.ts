import { Module } from '@nestjs/common';
import { AuthgearModule } from 'nestjs-authgear';
import { AccountController } from '../account.controller.js';
import { AUTHGEAR, WEBHOOK_SECRET } from '../environment.js';

/** Tokens are verified here, and no longer count once Authgear has said that their user was disabled. */
@Module({
  imports: [
    AuthgearModule.forRoot({
      issuer: AUTHGEAR,
      audience: AUTHGEAR,
      webhooks: { path: '/authgear/events', secret: WEBHOOK_SECRET },
    }),
  ],
  controllers: [AccountController],
})
export class WebhooksModule {}
