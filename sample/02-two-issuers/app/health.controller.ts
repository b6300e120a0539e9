import { Controller, Get } from '@nestjs/common';
import { HealthCheck, HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { Public } from 'nestjs-authgear';
import { AuthgearHealthIndicator } from 'nestjs-authgear/health';

/** Up with `stale: true` while known keys bridge an outage: to restart the API would only make it forget them. 503 when they are too old. */
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly authgear: AuthgearHealthIndicator,
  ) {}

  @Public()
  @HealthCheck()
  @Get()
  check(): Promise<HealthCheckResult> {
    return this.health.check([() => this.authgear.isHealthy('keys')]);
  }
}
