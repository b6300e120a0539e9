import { Module, type DynamicModule } from '@nestjs/common';
import { AppModule } from '../app/app.module.js';
import { clock } from './clock.js';
import { ControlController } from './control.controller.js';
import { ISSUERS, type Issuers } from './issuers.js';
import { StatusController } from './status.controller.js';
import { StatusService } from './status.service.js';

/** The application with the clock of the stage, and the routes that control the stage. */
@Module({})
export class StageModule {
  static register(issuers: Issuers): DynamicModule {
    return {
      module: StageModule,
      imports: [AppModule.register({ clock: clock.now })],
      controllers: [StatusController, ControlController],
      providers: [StatusService, { provide: ISSUERS, useValue: issuers }],
    };
  }
}
