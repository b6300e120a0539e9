import {
  BadRequestException,
  Body,
  Controller,
  HttpCode,
  Inject,
  Param,
  Post,
} from '@nestjs/common';
import { JwksService, Public } from 'nestjs-authgear';
import { callers, giveToken, type CallerId } from './callers.js';
import { advanceClock } from './clock.js';
import { ISSUERS, type Issuers } from './issuers.js';
import { outages, type PluggedIssuer } from './plugged-issuer.js';
import { StatusService, type Report } from './status.service.js';

/**
 * Controls the stage: connections, keys, clock and tokens. These
 * routes need no sign-in, so the sample listens on loopback only.
 */
@Public()
@Controller('control')
export class ControlController {
  constructor(
    @Inject(ISSUERS) private readonly issuers: Issuers,
    private readonly jwks: JwksService,
    private readonly status: StatusService,
  ) {}

  @Post('tokens')
  @HttpCode(200)
  token(@Body() { caller, unknownKey }: { caller?: unknown; unknownKey?: unknown } = {}) {
    if (!isCaller(caller))
      throw new BadRequestException(`"caller" is one of ${Object.keys(callers).join(', ')}`);
    return { token: giveToken(caller, this.issuers, { unknownKey: unknownKey === true }) };
  }

  @Post('clock')
  @HttpCode(200)
  clock(@Body() { seconds }: { seconds?: unknown } = {}): Report {
    // The clock only moves forward: a token from the future is another case.
    if (typeof seconds !== 'number' || !(seconds > 0 && seconds <= 86_400))
      throw new BadRequestException('"seconds" is a number up to a day');
    advanceClock(seconds);
    return this.status.read();
  }

  @Post(':issuer/unplug')
  @HttpCode(200)
  unplug(@Param('issuer') id: string, @Body() { kind }: { kind?: unknown } = {}): Report {
    const outage = outages.find((one) => one === kind);
    if (outage === undefined)
      throw new BadRequestException(`"kind" is one of ${outages.join(', ')}`);
    this.issuer(id).disconnect(outage);
    return this.status.read();
  }

  @Post(':issuer/plug-in')
  @HttpCode(200)
  plugIn(@Param('issuer') id: string): Report {
    this.issuer(id).connect();
    return this.status.read();
  }

  @Post(':issuer/rotate')
  @HttpCode(200)
  rotate(@Param('issuer') id: string, @Body() { overlap }: { overlap?: unknown } = {}): Report {
    this.issuer(id).rotate(overlap !== false);
    return this.status.read();
  }

  @Post(':issuer/refresh')
  @HttpCode(200)
  async refresh(@Param('issuer') id: string): Promise<Report> {
    // The report says whether the fetch succeeded.
    await this.jwks.refresh(this.issuer(id).name).catch(() => undefined);
    return this.status.read();
  }

  private issuer(id: string): PluggedIssuer {
    if (id !== 'authgear' && id !== 'authpi')
      throw new BadRequestException('The issuer is authgear or authpi');
    return this.issuers[id];
  }
}

function isCaller(value: unknown): value is CallerId {
  return typeof value === 'string' && Object.hasOwn(callers, value);
}
