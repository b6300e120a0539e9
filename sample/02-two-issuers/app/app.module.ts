import { Module } from '@nestjs/common';
import { AuthgearModule, authgear, authpi } from 'nestjs-authgear';
import { HealthModule } from './health.module.js';
import { AUDIENCE, AUTHGEAR, AUTHPI } from './names.js';
import { RoutesController } from './routes.controller.js';
import { clock } from './stage/clock.js';

@Module({
  imports: [
    AuthgearModule.forRoot({
      // Side by side: the `iss` of a token picks its issuer, and with it the keys and the rules. Keys of one never vouch for the other.
      issuers: [
        authgear({ issuer: AUTHGEAR, audience: AUTHGEAR }),
        authpi({ issuer: AUTHPI, audience: AUDIENCE }),
      ],
      keys: {
        // Both are the defaults, spelled out because this sample is about them. Authgear does not say how long its keys hold: ten minutes then.
        // AuthPI says an hour. Known keys are used for one hour more while their issuer cannot be reached.
        defaultAge: '10m',
        staleFor: '1h',
        // Shorter than the default, so that nobody has to stare at an issuer that hangs.
        timeout: '2s',
      },
      // In place of the time of day, which an application leaves alone: the buttons of the page move this one.
      clock: clock.now,
    }),
    HealthModule,
  ],
  controllers: [RoutesController],
})
export class AppModule {}
