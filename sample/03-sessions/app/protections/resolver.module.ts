import { Module } from '@nestjs/common';
import { AuthgearModule } from 'nestjs-authgear';
import { AccountController } from '../account.controller.js';
import { AUTHGEAR, CACHE_FOR } from '../environment.js';

/** Authgear resolves the session of the cookie. The answer is cached for `cacheFor`. */
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
