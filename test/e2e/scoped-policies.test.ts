/**
 * Policies are providers of NestJS like others: of any scope, and with what belongs to one request.
 */

import { Controller, Get, Inject, Injectable, Scope } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import type { Policy } from '../../lib/routes/custom-policies.js';
import { Authorize } from '../../lib/routes/decorators/permissions.js';
import { platforms, startTestApp, type TestApp } from '../support/app.js';

const seen: string[] = [];
let visits = 0;

@Injectable({ scope: Scope.REQUEST })
class Visit {
  readonly id = (visits += 1);
  constructor(@Inject(REQUEST) readonly request: { headers: Record<string, string | undefined> }) {}
}

@Injectable()
class TenantPolicy implements Policy {
  constructor(private readonly visit: Visit) {}
  authorize(): boolean {
    seen.push(`tenant ${this.visit.id}`);
    return this.visit.request.headers['x-tenant'] === 'acme';
  }
}

@Injectable({ scope: Scope.TRANSIENT })
class CountingPolicy implements Policy {
  constructor(private readonly visit: Visit) {}
  authorize(): boolean {
    seen.push(`counting ${this.visit.id}`);
    return true;
  }
}

@Authorize(TenantPolicy, 'not of this tenant')
@Authorize(CountingPolicy, 'never')
@Controller('static')
class StaticController {
  @Get() route() {
    return {};
  }
}

@Authorize(TenantPolicy, 'not of this tenant')
@Controller('scoped')
class ScopedController {
  constructor(private readonly visit: Visit) {}
  @Get() route() {
    seen.push(`handler ${this.visit.id}`);
    return {};
  }
}

describe.each(platforms)('on %s', (platform) => {
  let t: TestApp;
  beforeAll(async () => {
    t = await startTestApp({
      platform,
      controllers: [StaticController, ScopedController],
      providers: [Visit, TenantPolicy, CountingPolicy],
    });
  });
  afterAll(() => t.close());
  beforeEach(() => {
    seen.length = 0;
    visits = 0;
  });

  const ask = async (path: string, tenant: string) =>
    (await t.get(path, t.issuer.accessToken(), { 'x-tenant': tenant })).status;

  test('policies of one request share request-scoped providers', async () => {
    expect(await ask('/static', 'acme')).toBe(200);
    expect(await ask('/static', 'other')).toBe(403);
    expect(seen).toEqual(['tenant 1', 'counting 1', 'tenant 2']);
  });

  test('with the handler too', async () => {
    expect(await ask('/scoped', 'acme')).toBe(200);
    expect(await ask('/scoped', 'other')).toBe(403);
    expect(seen).toEqual(['tenant 1', 'handler 1', 'tenant 2']);
  });
});

test('a policy that no module provides does not start', async () => {
  const starting = startTestApp({
    controllers: [StaticController],
    providers: [Visit, TenantPolicy],
  });
  await expect(starting).rejects.toMatchObject({
    code: 'configuration_invalid',
    message: expect.stringContaining(
      'StaticController.route() asks the policy CountingPolicy, which no module provides',
    ),
  });
});
