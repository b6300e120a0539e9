import KeyvRedis from '@keyv/redis';
import { Controller, Get, Module } from '@nestjs/common';
import { Keyv } from 'keyv';
import { AuthgearModule, CurrentUser } from 'nestjs-authgear';
import { readSettings } from './settings.js';

@Controller()
class MeController {
  @Get('me')
  me(@CurrentUser('sub') sub: string) {
    return { sub, by: process.pid };
  }
}

@Module({
  imports: [
    AuthgearModule.forRootAsync({
      useFactory: () => {
        const { issuer, webhookSecret, redisUrl } = readSettings(process.env);
        return {
          issuer,
          audience: issuer,
          webhooks: { path: '/authgear/webhooks', secret: webhookSecret },
          // A replica writes the revocations of its webhooks to Redis. The others read them.
          revocation: {
            store: new Keyv(new KeyvRedis(redisUrl)),
            onStoreFailure: 'closed',
            keepFor: '24h',
          },
        };
      },
    }),
  ],
  controllers: [MeController],
})
export class AppModule {}
