import { Module } from '@nestjs/common';
import { AuthgearModule } from 'nestjs-authgear';
import { AccountController } from '../account.controller.js';
import { AUTHGEAR, CACHE_FOR } from '../environment.js';

/** Authgear says whose session the cookie is, and its answer is used for a moment. */
@Module({
  imports: [
    AuthgearModule.forRoot({
      issuer: AUTHGEAR,
      audience: AUTHGEAR,
      resolver: { cookies: true, cacheFor: CACHE_FOR },
    }),
  ],
  controllers: [AccountController],
})
export class ResolverModule {}
