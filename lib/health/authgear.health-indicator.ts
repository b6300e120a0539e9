import { Inject, Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { JwksService } from '../keys/jwks.service.js';
import type { KeyHealth } from '../core/keys/freshness.js';

/** What the indicator tells of one issuer. */
export interface IssuerHealth {
  readonly state: KeyHealth;
  /** Seconds since the last successful fetch. */
  readonly age: number | undefined;
  /** Code of the last failure. */
  readonly error: string | undefined;
}

/**
 * A `@nestjs/terminus` indicator of the keys: **up** when every issuer's keys are usable; up with
 * `stale: true` and the age while an issuer cannot be reached and its known keys keep working;
 * **down** when an issuer has no usable keys. It uses the keys as a request does: an idle
 * application refreshes them here, and waits only where a request would, `keys.timeout` at most.
 */
@Injectable()
export class AuthgearHealthIndicator {
  constructor(
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
    @Inject(JwksService) private readonly jwks: JwksService,
  ) {}

  /** @param key the name of the entry in the health report */
  async isHealthy(key = 'authgear'): Promise<HealthIndicatorResult> {
    await this.jwks.use();
    const statuses = this.jwks.status();
    const issuers = Object.fromEntries(
      statuses.map(({ issuer, state, age, lastError }) => [
        issuer,
        { state, age, error: lastError?.code } satisfies IssuerHealth,
      ]),
    );
    const isUp = statuses.every(
      ({ state, usableKeys }) => usableKeys > 0 && (state === 'fresh' || state === 'stale'),
    );
    const stale = statuses.some(({ state }) => state === 'stale');
    const indicator = this.indicators.check(key);
    return isUp ? indicator.up({ stale, issuers }) : indicator.down({ stale, issuers });
  }
}
