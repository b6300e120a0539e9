import { Module, type DynamicModule } from '@nestjs/common';
import { AuthgearModule } from 'nestjs-authgear';
import { AccountController } from './account.controller.js';
import { ConfigController, SETTINGS } from './config.controller.js';
import { GreetingController } from './greeting.controller.js';
import { ReportsController } from './reports.controller.js';
import type { Settings } from './settings.js';

@Module({})
export class AppModule {
  static register(settings: Settings): DynamicModule {
    return {
      module: AppModule,
      imports: [
        AuthgearModule.forRoot({
          issuer: settings.issuer,
          // Authgear's user tokens are for the project itself. All its applications share that audience, so the client is named too.
          audience: settings.issuer,
          clientId: settings.clientId,
        }),
      ],
      controllers: [GreetingController, AccountController, ReportsController, ConfigController],
      providers: [{ provide: SETTINGS, useValue: settings }],
    };
  }
}
