import { INestApplication } from '@nestjs/common';
import { Test, TestingModuleBuilder } from '@nestjs/testing';
import { AuthgearModule, JwtAuthGuard, TokenService } from 'nestjs-authgear';
import { TestIssuer } from 'nestjs-authgear/testing';
import { ReportsController } from './reports.controller';

describe('ReportsController', () => {
  let issuer: TestIssuer;
  let builder: TestingModuleBuilder;
  let app: INestApplication;

  beforeEach(async () => {
    issuer = await TestIssuer.listen();
    builder = Test.createTestingModule({
      imports: [AuthgearModule.forRoot(issuer.moduleOptions)],
      controllers: [ReportsController],
    });
  });

  afterEach(async () => {
    await app.close();
    await issuer.close();
  });

  async function start(): Promise<(path: string, token?: string) => Promise<Response>> {
    app = (await builder.compile()).createNestApplication({ logger: false });
    await app.listen(0, '127.0.0.1');
    const url = await app.getUrl();
    return (path, token) =>
      fetch(url + path, token ? { headers: { authorization: `Bearer ${token}` } } : {});
  }

  it('lets a good token in', async () => {
    const get = await start();
    const response = await get(
      '/reports',
      issuer.accessToken({ sub: 'user-1', scope: 'read:reports' }),
    );
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ sub: 'user-1' });
  });

  it('keeps others out', async () => {
    const get = await start();
    expect((await get('/reports')).status).toBe(401);
    expect((await get('/reports', issuer.wrongToken('expired'))).status).toBe(401);
    expect((await get('/reports', issuer.accessToken({ scope: 'openid' }))).status).toBe(403);
    expect((await get('/reports/health')).status).toBe(200);
  });

  it('can be tested without its guard', async () => {
    builder.overrideProvider(JwtAuthGuard).useValue({ canActivate: () => true });
    const get = await start();
    const response = await get('/reports');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ sub: null });
  });

  it('gives its services', async () => {
    await start();
    expect(
      (await app.get(TokenService).verifyAccessToken(issuer.accessToken({ sub: 'user-2' }))).sub,
    ).toBe('user-2');
  });
});
