import { Module } from '@nestjs/common';
import { AuthgearModule } from 'nestjs-authgear';
import { AccountController } from '../account.controller.js';
import { AUTHGEAR } from '../environment.js';

/** The baseline: a token is good until it expires, whatever became of its user. */
@Module({
  imports: [AuthgearModule.forRoot({ issuer: AUTHGEAR, audience: AUTHGEAR })],
  controllers: [AccountController],
})
export class LocalModule {}
