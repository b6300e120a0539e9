import { Module } from '@nestjs/common';
import { AuthgearModule } from 'nestjs-authgear';
import { AccountController } from '../account.controller.js';
import { AUTHGEAR, WEBHOOK_SECRET } from '../environment.js';

/** The module verifies tokens. A webhook revokes the tokens of a user whose account is disabled. */
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
