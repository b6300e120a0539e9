import { Controller, Get, Module, type Type } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { Test } from '@nestjs/testing';
import { AuthgearModule } from '../../lib/authgear.module.js';
import type { Duration } from '../../lib/core/duration.js';
import type { Fetch } from '../../lib/core/http.js';
import { AuthgearHealthIndicator } from '../../lib/health/authgear.health-indicator.js';
import { JwksService } from '../../lib/keys/jwks.service.js';
import type { IssuerLookup } from '../../lib/options/options.js';
import { oidc } from '../../lib/options/profiles.js';
import { Public } from '../../lib/routes/decorators/access.js';
import { TestClock } from '../../lib/testing/test-clock.js';
import { TestIssuer } from '../../lib/testing/test-issuer.js';
import { MemoryLogger } from '../support/app.js';

@Controller()
class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly authgear: AuthgearHealthIndicator,
  ) {}
  @Public() @Get('health') @HealthCheck() check() {
    return this.health.check([() => this.authgear.isHealthy()]);
  }
  @Get() protected() {
    return {};
  }
}

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function start(issuers: IssuerLookup, fetch: Fetch, timeout: Duration = '5s') {
  const clock = new TestClock();
  const logger = new MemoryLogger();
  @Module({
    imports: [
      AuthgearModule.forRoot({ issuers, fetch, logger, clock: clock.now, keys: { timeout } }),
      TerminusModule.forRoot({ logger: false }),
    ],
    controllers: [HealthController],
    providers: [AuthgearHealthIndicator],
  })
  class AppModule {}
  const compiled = await Test.createTestingModule({ imports: [AppModule as Type] }).compile();
  const app = compiled.createNestApplication();
  closers.push(() => app.close());
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const signer = new TestIssuer();
  signer.clock.set(clock.now());
  return {
    app,
    clock,
    logger,
    health: async () => {
      const response = await globalThis.fetch(`${url}/health`);
      return { status: response.status, body: await response.text() };
    },
    /** The status for a forged token that names this issuer. */
    forge: async (iss: string) => {
      signer.clock.set(clock.now());
      const token = signer.accessToken({ claims: { iss, aud: 'api' } });
      const headers = { authorization: `Bearer ${token}` };
      return (await globalThis.fetch(url, { headers })).status;
    },
  };
}

const unreachable: Fetch = () => Promise.reject(new Error('unreachable'));
const byPattern: IssuerLookup = (iss) =>
  iss.endsWith('.tenants.example') ? oidc({ issuer: iss, audience: 'api' }) : undefined;
const tenant = (index: number) => `https://t${index}.tenants.example`;

test('a tenant that is down neither decides the health nor is named', async () => {
  const t = await start(byPattern, unreachable);
  expect(await t.forge(tenant(1))).toBe(503);
  const { status, body } = await t.health();
  expect(status).toBe(200);
  expect(body).not.toContain('tenants.example');
});

test('a check of the health asks no tenant', async () => {
  const urls: string[] = [];
  const t = await start(byPattern, (url) => {
    urls.push(url);
    return Promise.reject(new Error('unreachable'));
  });
  await t.forge(tenant(1));
  const asked = urls.length;
  t.clock.advance('1h');
  await t.health();
  expect(urls).toHaveLength(asked);
});

test('many invented names: lookups and fetches a few at a time, and few lines', async () => {
  let lookups = 0;
  let fetches = 0;
  const most = { lookups: 0, fetches: 0 };
  const t = await start(
    async (iss) => {
      most.lookups = Math.max(most.lookups, ++lookups);
      await new Promise(setImmediate);
      lookups -= 1;
      return byPattern(iss);
    },
    async () => {
      most.fetches = Math.max(most.fetches, ++fetches);
      await new Promise(setImmediate);
      fetches -= 1;
      throw new Error('unreachable');
    },
  );
  const statuses = await Promise.all(
    Array.from({ length: 300 }, (_, index) => t.forge(tenant(index))),
  );
  expect(new Set(statuses)).toEqual(new Set([503]));
  expect(most.lookups).toBeLessThanOrEqual(32);
  expect(most.fetches).toBeLessThanOrEqual(8);
  expect(t.logger.lines.length).toBeLessThan(40);
});

test('a function that never answers holds no other tenant for longer than the timeout', async () => {
  let isHanging = true;
  const t = await start(
    (iss) => (isHanging ? new Promise(() => undefined) : byPattern(iss)),
    unreachable,
    '100ms',
  );
  const statuses = await Promise.all(
    Array.from({ length: 40 }, (_, index) => t.forge(tenant(index))),
  );
  expect(new Set(statuses)).toEqual(new Set([503]));
  expect(t.logger.lines.join('\n')).toContain('no answer within 0.1 s');
  isHanging = false;
  await t.forge(tenant(100));
  const names = t.app
    .get(JwksService)
    .status()
    .map(({ issuer }) => issuer);
  expect(names).toEqual([tenant(100)]);
});

test('tenants without requests for an hour are forgotten', async () => {
  const t = await start(byPattern, unreachable);
  await t.forge(tenant(1));
  t.clock.advance('61m');
  await t.forge(tenant(2));
  const names = t.app
    .get(JwksService)
    .status()
    .map(({ issuer }) => issuer);
  expect(names).toEqual([tenant(2)]);
});

test.each([
  '__proto__',
  'constructor',
  'tenant',
  '',
  'ftp://t1.tenants.example',
  'https://',
  'https://t1.tenants.example\u0000',
  'https://t\u00e9.tenants.example',
  'https://t1.tenants.example\u001b[2J',
  ' https://t1.tenants.example',
  `https://${'t'.repeat(2_048)}.tenants.example`,
])('the function is not asked about %j', async (iss) => {
  const asked: string[] = [];
  const t = await start((name) => {
    asked.push(name);
    return undefined;
  }, unreachable);
  expect(await t.forge(iss)).toBe(401);
  expect(asked).toEqual([]);
  for (const line of t.logger.lines) expect(line).toMatch(/^[\x20-\x7e]{0,600}$/);
});

test('a long name is cut in every line', async () => {
  const t = await start(byPattern, unreachable);
  expect(await t.forge(`https://${'t.'.repeat(900)}tenants.example`)).toBe(503);
  for (const line of t.logger.lines) expect(line.length).toBeLessThan(900);
});
