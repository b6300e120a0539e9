import { Module, type DynamicModule } from '@nestjs/common';
import { FakeAuthgear } from './fake-authgear.js';
import { StageController } from './stage.controller.js';

/** The routes that control the fake Authgear. */
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
