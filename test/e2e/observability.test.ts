import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Controller, Get, Module } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { Test } from '@nestjs/testing';
import { AuthgearModule } from '../../lib/authgear.module.js';
import { JwksService } from '../../lib/keys/jwks.service.js';
import { Public } from '../../lib/routes/decorators/access.js';
import { AuthgearHealthIndicator } from '../../lib/health/authgear.health-indicator.js';
import { TestIssuer } from '../../lib/testing/test-issuer.js';
import { MemoryLogger, startTestApp } from '../support/app.js';

@Public()
@Controller('health')
class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly authgear: AuthgearHealthIndicator,
  ) {}
  @Get() @HealthCheck() check() {
    return this.health.check([() => this.authgear.isHealthy()]);
  }
}

test('health: down, up, up but stale with the age, down', async () => {
  const issuer = await TestIssuer.listen();
  issuer.outage('reset');
  @Module({
    imports: [
      AuthgearModule.forRoot({ ...issuer.moduleOptions, logger: new MemoryLogger() }),
      TerminusModule.forRoot({ logger: false }),
    ],
    controllers: [HealthController],
    providers: [AuthgearHealthIndicator],
  })
  class AppModule {}
  const app = (
    await Test.createTestingModule({ imports: [AppModule] }).compile()
  ).createNestApplication();
  await app.listen(0, '127.0.0.1');
  const url = `${await app.getUrl()}/health`;
  const jwks = app.get(JwksService);
  const report = async () => {
    const response = await fetch(url);
    const { details } = (await response.json()) as {
      details: { authgear: Record<string, unknown> };
    };
    return { http: response.status, ...details.authgear };
  };
  await jwks.refresh().catch(() => undefined);
  expect(await report()).toEqual({
    http: 503,
    status: 'down',
    stale: false,
    issuers: { [issuer.issuer]: { state: 'unavailable', error: 'keys_unavailable' } },
  });
  issuer.recover();
  await jwks.refresh();
  expect(await report()).toEqual({
    http: 200,
    status: 'up',
    stale: false,
    issuers: { [issuer.issuer]: { state: 'fresh', age: 0 } },
  });
  issuer.outage('reset');
  issuer.clock.advance('20m');
  await jwks.refresh().catch(() => undefined);
  expect(await report()).toMatchObject({
    http: 200,
    status: 'up',
    stale: true,
    issuers: { [issuer.issuer]: { state: 'stale', age: 1200 } },
  });
  issuer.clock.advance('1h');
  expect(await report()).toMatchObject({ http: 503, status: 'down' });
  issuer.recover();
  issuer.clock.advance('1m');
  expect(await report()).toMatchObject({ http: 200, stale: false });
  issuer.clock.advance('12h'); // an idle application is not a sick one
  expect(await report()).toMatchObject({ http: 200, status: 'up', stale: false });
  issuer.publish({ keys: [] });
  await jwks.refresh();
  expect(await report()).toMatchObject({ http: 503, status: 'down' }); // no key, no service
  await app.close();
  await issuer.close();
});

test('diagnostics channels publish refusals and key events, without personal data', async () => {
  const messages: { name: string; message: unknown }[] = [];
  const listen = (message: unknown, name: string | symbol) =>
    void messages.push({ name: String(name), message });
  const names = ['nestjs-authgear:keys', 'nestjs-authgear:refused'];
  names.forEach((name) => subscribe(name, listen));
  try {
    @Controller()
    class RouteController {
      @Get() route() {
        return {};
      }
    }
    const t = await startTestApp({ controllers: [RouteController] });
    const tokens = [
      t.issuer.wrongToken('expired'),
      t.issuer.wrongToken('expired'),
      t.issuer.wrongToken('foreign key'),
    ];
    for (const token of tokens) await t.get('/', token);
    t.issuer.outage(500);
    await t.app
      .get(JwksService)
      .refresh()
      .catch(() => undefined);
    await t.close();
    const of = (name: string) =>
      messages.filter((entry) => entry.name === name).map(({ message }) => message);
    expect(of('nestjs-authgear:refused')).toMatchObject([
      { code: 'token_expired', kind: 'invalid_token', route: expect.stringMatching(/^\w+\.\w+$/) },
      { code: 'token_expired' },
      { code: 'signature_invalid', kid: t.issuer.signingKey.kid },
    ]);
    expect(of('nestjs-authgear:keys')).toEqual([
      {
        type: 'loaded',
        issuer: t.issuer.issuer,
        kids: [t.issuer.signingKey.kid],
        afterFailures: 0,
      },
      {
        type: 'failed',
        issuer: t.issuer.issuer,
        code: 'keys_unavailable',
        reason: expect.any(String),
        failures: 1,
        state: 'fresh',
      },
    ]);
    const told = JSON.stringify(messages);
    expect(told).not.toContain('test-user');
    for (const token of tokens) expect(told).not.toContain(token.split('.')[2]);
  } finally {
    names.forEach((name) => unsubscribe(name, listen));
  }
});
