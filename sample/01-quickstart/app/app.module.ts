import { Module } from '@nestjs/common';
import { AuthgearModule } from 'nestjs-authgear';
import { AccountController } from './account.controller.js';
import { AUTHGEAR_CLIENT_ID, AUTHGEAR_ENDPOINT } from './environment.js';
import { GreetingController } from './greeting.controller.js';
import { ReportsController } from './reports.controller.js';

@Module({
  imports: [
    AuthgearModule.forRoot({
      issuer: AUTHGEAR_ENDPOINT,
      // The audience of a user token is the project. All applications of the project share it, so
      // the client is checked too.
      audience: AUTHGEAR_ENDPOINT,
      clientId: AUTHGEAR_CLIENT_ID,
    }),
  ],
  controllers: [GreetingController, AccountController, ReportsController],
})
export class AppModule {}
