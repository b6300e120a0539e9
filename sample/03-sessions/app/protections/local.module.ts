import { Module } from '@nestjs/common';
import { AuthgearModule } from 'nestjs-authgear';
import { AccountController } from '../account.controller.js';
import { AUTHGEAR } from '../environment.js';

/** The baseline: a token is valid until it expires, even if the account of its user is disabled. */
@Module({
  imports: [AuthgearModule.forRoot({ issuer: AUTHGEAR, audience: AUTHGEAR })],
  controllers: [AccountController],
})
export class LocalModule {}
