import { Module, type DynamicModule } from '@nestjs/common';
import { ControlController } from './control.controller.js';
import { ISSUERS, type Issuers } from './issuers.js';
import { StatusController } from './status.controller.js';
import { StatusService } from './status.service.js';

/** All that makes this a sample and no application: two issuers with plugs, a clock that can be moved, and a window to look in. */
@Module({})
export class StageModule {
  static register(issuers: Issuers): DynamicModule {
    return {
      module: StageModule,
      controllers: [StatusController, ControlController],
      providers: [StatusService, { provide: ISSUERS, useValue: issuers }],
    };
  }
}
