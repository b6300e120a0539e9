import { Module, type DynamicModule } from '@nestjs/common';
import { AuthgearModule, authgear, authpi } from 'nestjs-authgear';
import { HealthModule } from './health.module.js';
import { AUDIENCE, AUTHGEAR, AUTHPI } from './names.js';
import { RoutesController } from './routes.controller.js';

@Module({})
export class AppModule {
  /** `clock` returns the time in milliseconds. A test can pass its own. */
  static register({ clock = Date.now }: { clock?: () => number } = {}): DynamicModule {
    return {
      module: AppModule,
      imports: [
        AuthgearModule.forRoot({
          // The `iss` of a token selects its issuer, with the keys and the rules of that issuer. A
          // key of one issuer never verifies a token of the other.
          issuers: [
            authgear({ issuer: AUTHGEAR, audience: AUTHGEAR }),
            authpi({ issuer: AUTHPI, audience: AUDIENCE }),
          ],
          keys: {
            // Both are the defaults. The keys of Authgear have no lifetime of their own, so they
            // are fresh for 10 minutes. AuthPI sends a lifetime of 1 hour. Stale keys are used for
            // one more hour while their issuer is not reachable.
            defaultAge: '10m',
            staleFor: '1h',
            // Shorter than the default: an issuer that does not answer delays a call by 2 seconds.
            timeout: '2s',
          },
          clock,
        }),
        HealthModule,
      ],
      controllers: [RoutesController],
    };
  }
}
