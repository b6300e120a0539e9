import { Inject, Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { JwksService } from '../keys/jwks.service.js';
import type { KeyHealth } from '../core/keys/freshness.js';

/** The health of one issuer's keys. */
export interface IssuerHealth {
  readonly state: KeyHealth;
  /** Seconds since the last successful fetch. */
  readonly age: number | undefined;
  /** Code of the last failure. */
  readonly error: string | undefined;
}

/**
 * A `@nestjs/terminus` health indicator for the keys. It is **up** when every issuer has usable
 * keys, and up with `stale: true` and the age of the keys while an issuer cannot be reached and its
 * known keys still work. It is **down** when an issuer has no usable keys. The check uses the keys
 * like a request: it refreshes them when they are due, and waits at most `keys.timeout` when no key
 * is usable.
 *
 * Issuers that a function looks up are neither checked nor named, because a forged token can name
 * any of them. `JwksService.status()` has them.
 */
@Injectable()
export class AuthgearHealthIndicator {
  constructor(
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
    @Inject(JwksService) private readonly jwks: JwksService,
  ) {}

  /** @param key the name of the entry in the health report */
  async isHealthy(key = 'authgear'): Promise<HealthIndicatorResult> {
    const statuses = await this.jwks.use();
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
