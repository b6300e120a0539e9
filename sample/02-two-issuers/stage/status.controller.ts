import { Controller, Get } from '@nestjs/common';
import { Public } from 'nestjs-authgear';
import { StatusService, type Report } from './status.service.js';

@Public()
@Controller('status')
export class StatusController {
  constructor(private readonly status: StatusService) {}

  /** Returns the status. This never starts a fetch. */
  @Get()
  read(): Report {
    return this.status.read();
  }
}
