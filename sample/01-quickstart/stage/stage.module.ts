import { Module, type DynamicModule } from '@nestjs/common';
import { AppModule } from '../app/app.module.js';
import { ConfigController, SETTINGS } from './config.controller.js';
import type { Settings } from './settings.js';

/** The application, and the route that configures the page. */
@Module({ imports: [AppModule], controllers: [ConfigController] })
export class StageModule {
  static register(settings: Settings): DynamicModule {
    return { module: StageModule, providers: [{ provide: SETTINGS, useValue: settings }] };
  }
}
