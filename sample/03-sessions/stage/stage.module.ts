import { Module, type DynamicModule } from '@nestjs/common';
import { FakeAuthgear } from './fake-authgear.js';
import { StageController } from './stage.controller.js';

/** All that makes this a sample and no application: an Authgear to play with, and a page. */
@Module({})
export class StageModule {
  static register(authgear: FakeAuthgear): DynamicModule {
    return {
      module: StageModule,
      controllers: [StageController],
      providers: [{ provide: FakeAuthgear, useValue: authgear }],
    };
  }
}
