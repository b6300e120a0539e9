import { Module, type DynamicModule } from '@nestjs/common';
import { AuthgearModule } from 'nestjs-authgear';
import { CafeController } from './cafe.controller.js';
import type { Settings } from './settings.js';

@Module({})
export class AppModule {
  static register({ issuer, audience, proxySecret }: Settings): DynamicModule {
    return {
      module: AppModule,
      // The secret proves that nginx sent the headers. Without one, the module does not start.
      imports: [
        AuthgearModule.forRoot({ issuer, audience, proxyHeaders: { secret: proxySecret } }),
      ],
      controllers: [CafeController],
    };
  }
}
