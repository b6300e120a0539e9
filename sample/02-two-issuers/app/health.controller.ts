import { Controller, Get } from '@nestjs/common';
import { HealthCheck, HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { Public } from 'nestjs-authgear';
import { AuthgearHealthIndicator } from 'nestjs-authgear/health';

/**
 * Up with `stale: true` while the API uses stale keys: a restart would lose them. Down, with 503,
 * when the keys are too old.
 */
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
