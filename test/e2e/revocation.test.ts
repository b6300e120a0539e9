import { All, Controller, Get } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuthgearModule } from '../../lib/authgear.module.js';
import { MaxStaleness } from '../../lib/routes/decorators/authentication.js';
import { TokenService } from '../../lib/credentials/bearer/token.service.js';
import type { AuthgearModuleOptions } from '../../lib/options/options.js';
import { authpi } from '../../lib/options/profiles.js';
import { TestIssuer } from '../../lib/testing/test-issuer.js';
import type { WebhookDelivery } from '../../lib/testing/test-webhooks.js';
import { platforms, startTestApp, type Platform, type TestApp } from '../support/app.js';
import { rejectionOf } from '../support/refusals.js';

@Controller()
class RoutesController {
  @Get('me')
  me() {
    return {};
  }

  @Get('fresh')
  @MaxStaleness('10s')
  fresh() {
    return {};
  }

  @Get('fresher')
  @MaxStaleness('1s')
  fresher() {
    return {};
  }
}

const PATH = '/authgear/webhooks';
/** Made faster than RSA. */
const quick = { issuer: { algorithm: 'ES256' }, algorithms: ['ES256'] } as const;
const codeOf = async (response: Response) => ({
  status: response.status,
  code: ((await response.json()) as { code?: string }).code,
});
const SUB = 'user-1';

async function startWithWebhooks(platform: Platform, more: Partial<AuthgearModuleOptions> = {}) {
  const app = await startTestApp({
    platform,
    rawBody: true,
    controllers: [RoutesController],
    configure: (issuer) =>
      ({
        ...issuer.moduleOptions,
        webhooks: { path: PATH, secret: issuer.webhooks.secret },
        ...more,
      }) as AuthgearModuleOptions,
  });
  const deliver = ({ body, headers }: WebhookDelivery) =>
    fetch(app.url + PATH, { method: 'POST', body, headers });
  const statusOf = async (token: string) => (await app.get('/me', token)).status;
  return { ...app, deliver, statusOf };
}

describe.each(platforms)('webhooks on %s', (platform) => {
  test('a disabled user’s tokens end at once, later ones do not', async () => {
    const { issuer, deliver, get, statusOf, app } = await startWithWebhooks(platform);
    const token = issuer.accessToken({ sub: SUB });
    const other = issuer.accessToken({ sub: 'user-2' });
    expect(await statusOf(token)).toBe(200);
    const answer = await deliver(issuer.webhook('user.disabled', SUB));
    expect({ status: answer.status, body: await answer.text() }).toEqual({ status: 204, body: '' });
    const refused = await get('/me', token);
    expect(refused.headers.get('www-authenticate')).toMatch(/error="invalid_token"/);
    expect(await codeOf(refused)).toEqual({ status: 401, code: 'token_revoked' });
    expect((await rejectionOf(app.get(TokenService).verifyAccessToken(token))).code).toBe(
      'token_revoked',
    );
    expect(await statusOf(other)).toBe(200);
    issuer.clock.advance('1s');
    expect(await statusOf(issuer.accessToken({ sub: SUB }))).toBe(200);
    expect(await statusOf(token)).toBe(401);
  });

  test.each([
    'user.deleted',
    'user.anonymized',
    'user.deletion_scheduled',
    'user.anonymization_scheduled',
  ])('%s', async (type) => {
    const { issuer, deliver, statusOf } = await startWithWebhooks(platform);
    const token = issuer.accessToken({ sub: SUB });
    await deliver(issuer.webhook(type, SUB));
    expect(await statusOf(token)).toBe(401);
  });

  test.each([
    ['user.disabled', 'user.reenabled'],
    ['user.deletion_scheduled', 'user.deletion_unscheduled'],
    ['user.anonymization_scheduled', 'user.anonymization_unscheduled'],
    ['user.deleted', 'user.reenabled'],
  ])('%s is not lifted by %s, and later tokens are accepted', async (ends, lifts) => {
    const { issuer, deliver, statusOf } = await startWithWebhooks(platform);
    const token = issuer.accessToken({ sub: SUB });
    await deliver(issuer.webhook(ends, SUB));
    issuer.clock.advance('1m');
    await deliver(issuer.webhook(lifts, SUB, { user: { is_disabled: false } }));
    expect(await statusOf(token)).toBe(401);
    expect(await statusOf(issuer.accessToken({ sub: SUB }))).toBe(200);
  });

  test.each(['user.reenabled', 'user.deletion_unscheduled', 'user.anonymization_unscheduled'])(
    '%s alone revokes nothing',
    async (type) => {
      const { issuer, deliver, statusOf } = await startWithWebhooks(platform);
      const token = issuer.accessToken({ sub: SUB });
      expect((await deliver(issuer.webhook(type, SUB))).status).toBe(204);
      expect(await statusOf(token)).toBe(200);
    },
  );

  describe('a planned disabling', () => {
    const start = async () => {
      const app = await startWithWebhooks(platform);
      const { issuer } = app;
      const date = (seconds: number) => new Date((issuer.clock.seconds + seconds) * 1000);
      await app.deliver(
        issuer.webhook('user.disabled', SUB, {
          user: { is_disabled: false },
          payload: {
            temporarily_disabled_from: date(600).toISOString(),
            temporarily_disabled_until: date(1_200).toISOString(),
          },
        }),
      );
      return { ...app, token: issuer.accessToken({ sub: SUB, expiresIn: 7_200 }) };
    };

    test('ends nothing when it is announced, suspends, and lets the tokens live again', async () => {
      const { issuer, statusOf, token } = await start();
      expect(await statusOf(token)).toBe(200);
      issuer.clock.advance(599);
      expect(await statusOf(token)).toBe(200);
      issuer.clock.advance(1);
      expect(await statusOf(token)).toBe(401);
      issuer.clock.advance(600);
      expect(await statusOf(token)).toBe(200);
    });

    test('ends early with user.reenabled', async () => {
      const { issuer, deliver, statusOf, token } = await start();
      issuer.clock.advance(700);
      expect(await statusOf(token)).toBe(401);
      await deliver(issuer.webhook('user.reenabled', SUB));
      expect(await statusOf(token)).toBe(200);
    });
  });

  test('an event from the future revokes no token that is issued later', async () => {
    const { issuer, deliver, statusOf } = await startWithWebhooks(platform);
    const timestamp = issuer.clock.seconds + 3_600;
    await deliver(issuer.webhook('user.disabled', SUB, { timestamp }));
    issuer.clock.advance('1m');
    expect(await statusOf(issuer.accessToken({ sub: SUB }))).toBe(200);
  });

  test('an event that disables nobody, or another event, has no effect', async () => {
    const { issuer, deliver, statusOf } = await startWithWebhooks(platform);
    const token = issuer.accessToken({ sub: SUB });
    expect(
      (await deliver(issuer.webhook('user.disabled', SUB, { user: { is_disabled: false } })))
        .status,
    ).toBe(204);
    expect((await deliver(issuer.webhook('user.profile.updated', SUB))).status).toBe(204);
    expect(await statusOf(token)).toBe(200);
  });

  test('in any order, and twice', async () => {
    const { issuer, deliver, statusOf } = await startWithWebhooks(platform);
    const token = issuer.accessToken({ sub: SUB });
    const disabled = issuer.webhook('user.disabled', SUB, { timestamp: issuer.clock.seconds });
    const reenabled = issuer.webhook('user.reenabled', SUB, { timestamp: issuer.clock.seconds });
    await deliver(reenabled);
    await deliver(disabled);
    expect(await statusOf(token)).toBe(401);
    const again = issuer.webhook('user.disabled', SUB, { timestamp: issuer.clock.seconds });
    for (const delivery of [again, again, reenabled, disabled])
      expect((await deliver(delivery)).status).toBe(204);
    expect(await statusOf(token)).toBe(401);
  });

  test('remembered as long as tokens live, and no longer', async () => {
    const { issuer, deliver, statusOf } = await startWithWebhooks(platform, {
      revocation: { keepFor: '1h' },
    });
    const token = issuer.accessToken({ sub: SUB, expiresIn: 7_200 });
    await deliver(issuer.webhook('user.disabled', SUB));
    issuer.clock.advance(3_599);
    expect(await statusOf(token)).toBe(401);
    issuer.clock.advance(1);
    expect(await statusOf(token)).toBe(200);
  });

  test.each([
    [
      'no signature',
      ({ body }: WebhookDelivery) => ({ body, headers: { 'content-type': 'application/json' } }),
    ],
    [
      'the body of another',
      (given: WebhookDelivery) => ({ ...given, body: given.body.replace(SUB, 'user-2') }),
    ],
    [
      'one more space',
      (given: WebhookDelivery) => ({ ...given, body: given.body.replace('{', '{ ') }),
    ],
    [
      'upper case',
      ({ body, headers }: WebhookDelivery) => ({
        body,
        headers: {
          ...headers,
          'x-authgear-body-signature': headers['x-authgear-body-signature'].toUpperCase(),
        },
      }),
    ],
    [
      'a shorter signature',
      ({ body, headers }: WebhookDelivery) => ({
        body,
        headers: {
          ...headers,
          'x-authgear-body-signature': headers['x-authgear-body-signature'].slice(0, 63),
        },
      }),
    ],
  ])('refused: %s', async (_, change) => {
    const { issuer, url, statusOf, logger } = await startWithWebhooks(platform);
    const token = issuer.accessToken({ sub: SUB });
    const answer = await fetch(url + PATH, {
      method: 'POST',
      ...change(issuer.webhook('user.disabled', SUB)),
    });
    const message = 'The signature of the webhook is not valid.';
    expect(await answer.json()).toEqual({
      statusCode: 403,
      error: 'Forbidden',
      message,
      code: 'webhook_signature_invalid',
    });
    expect(await statusOf(token)).toBe(200);
    expect(logger.lines.join()).toMatch(/webhook_signature_invalid/);
    expect(logger.lines.join()).not.toContain(issuer.webhooks.secret);
  });

  test.each([
    '[]',
    '{}',
    '{"id":"1","type":"user.disabled"}',
    '{"id":"1","type":"user.disabled","payload":{"user":{"id":"a","is_disabled":true}}}',
  ])('signed, and no event: %s', async (body) => {
    const { issuer, deliver } = await startWithWebhooks(platform);
    expect(await codeOf(await deliver(issuer.webhooks.sign(body)))).toEqual({
      status: 400,
      code: 'webhook_malformed',
    });
  });

  test('the secret may be the JWK of the project’s secrets', async () => {
    const { url, issuer, get } = await startTestApp({
      platform,
      rawBody: true,
      issuer: quick.issuer,
      controllers: [RoutesController],
      configure: (testIssuer) => ({
        ...testIssuer.moduleOptions,
        algorithms: quick.algorithms,
        webhooks: {
          path: PATH,
          secret: { kty: 'oct', k: Buffer.from(testIssuer.webhooks.secret).toString('base64url') },
        },
      }),
    });
    const token = issuer.accessToken({ sub: SUB });
    expect(
      (await fetch(url + PATH, { method: 'POST', ...issuer.webhook('user.disabled', SUB) })).status,
    ).toBe(204);
    expect(await codeOf(await get('/me', token))).toEqual({ status: 401, code: 'token_revoked' });
  });

  test('without raw bodies, the application does not start, and explains the fix', async () => {
    const starting = startTestApp({
      platform,
      configure: (issuer) => ({
        ...issuer.moduleOptions,
        webhooks: { path: PATH, secret: issuer.webhooks.secret },
      }),
    });
    expect((await rejectionOf(starting)).reason).toMatch(
      /NestFactory\.create\(AppModule, \{ rawBody: true \}\)/,
    );
  });

  test('a catch-all route of the application does not take the events', async () => {
    @Controller()
    class EverythingController {
      @All(platform === 'express' ? '*path' : '*')
      everything() {
        return { swallowed: true };
      }
    }
    const { issuer, url } = await startTestApp({
      platform,
      rawBody: true,
      issuer: quick.issuer,
      controllers: [EverythingController],
      configure: (testIssuer) => ({
        ...testIssuer.moduleOptions,
        algorithms: quick.algorithms,
        webhooks: { path: PATH, secret: testIssuer.webhooks.secret },
      }),
    });
    expect(
      (await fetch(url + PATH, { method: 'POST', ...issuer.webhook('user.disabled', SUB) })).status,
    ).toBe(204);
    expect((await fetch(`${url}/elsewhere`, { method: 'POST' })).status).toBe(401);
  });

  test('a session of a cached answer ends too', async () => {
    const { issuer, deliver, get } = await startWithWebhooks(platform, {
      resolver: { cookies: true, cacheFor: '1m' },
    });
    const { cookie } = issuer.openSession({ sub: SUB });
    expect((await get('/me', undefined, { cookie })).status).toBe(200);
    await deliver(issuer.webhook('user.disabled', SUB));
    expect(await codeOf(await get('/me', undefined, { cookie }))).toEqual({
      status: 401,
      code: 'token_revoked',
    });
  });
});

describe.each(platforms)('@MaxStaleness() on %s', (platform) => {
  const USERINFO = '/oauth2/userinfo';
  const RESOLVE = '/_resolver/resolve';
  const start = (options: Partial<AuthgearModuleOptions> = {}) =>
    startTestApp({
      platform,
      controllers: [RoutesController],
      issuer: quick.issuer,
      configure: (issuer) =>
        ({
          ...issuer.moduleOptions,
          algorithms: quick.algorithms,
          ...options,
        }) as AuthgearModuleOptions,
    });
  const asked = ({ issuer }: TestApp, path = USERINFO) => issuer.requestsTo(path).length;

  test('the issuer is asked once in a while, not per request', async () => {
    const app = await start();
    const token = app.issuer.accessToken();
    await Promise.all(Array.from({ length: 20 }, () => app.get('/fresh', token)));
    expect(asked(app)).toBe(1);
    expect(app.issuer.requestsTo(USERINFO)[0]?.headers.authorization).toBe(`Bearer ${token}`);
    await app.get('/me', token);
    expect(asked(app)).toBe(1);
  });

  test('requests refresh it in the background, and none waits', async () => {
    const app = await start();
    const token = app.issuer.accessToken();
    await app.get('/fresh', token);
    for (let second = 0; second < 40; second += 5) {
      app.issuer.clock.advance('5s');
      expect((await app.get('/fresh', token)).status).toBe(200);
    }
    expect(asked(app)).toBeGreaterThan(3);
    // Waits for an answer, so that none is still on its way.
    app.issuer.clock.advance('10s');
    await app.get('/fresh', token);
    // While it is asked in the background and does not answer, what is known still holds.
    app.issuer.outage('hang', USERINFO);
    app.issuer.clock.advance('5s');
    expect((await app.get('/fresh', token)).status).toBe(200);
  });

  test.each([
    ['the user is disabled', (issuer: TestIssuer) => issuer.disableUser(SUB)],
    ['the session is over', (issuer: TestIssuer, token: string) => issuer.revoke(token)],
  ])('%s', async (_, end) => {
    const app = await start();
    const token = app.issuer.accessToken({ sub: SUB });
    expect((await app.get('/fresh', token)).status).toBe(200);
    end(app.issuer, token);
    expect((await app.get('/me', token)).status).toBe(200);
    app.issuer.clock.advance('10s');
    expect(await codeOf(await app.get('/fresh', token))).toEqual({
      status: 401,
      code: 'token_revoked',
    });
  });

  test.each(['reset', 500, 'html', 'redirect', 403] as const)(
    'an issuer that cannot tell (%s) is 503, once the time is over',
    async (outage) => {
      const app = await start();
      const token = app.issuer.accessToken();
      await app.get('/fresh', token);
      app.issuer.outage(outage, USERINFO);
      app.issuer.clock.advance(9.9);
      expect((await app.get('/fresh', token)).status).toBe(200);
      app.issuer.clock.advance(0.1);
      expect(await codeOf(await app.get('/fresh', token))).toEqual({
        status: 503,
        code: 'session_unconfirmed',
      });
      app.issuer.recover();
      // Asked again a second later, and not by each request.
      expect((await app.get('/fresh', token)).status).toBe(503);
      app.issuer.clock.advance('1s');
      expect((await app.get('/fresh', token)).status).toBe(200);
    },
  );

  test('the strictest of module, class and handler', async () => {
    const app = await start({ maxStaleness: '5s' });
    const token = app.issuer.accessToken({ sub: SUB });
    for (const path of ['/me', '/fresh', '/fresher'])
      expect((await app.get(path, token)).status).toBe(200);
    app.issuer.disableUser(SUB);
    app.issuer.clock.advance('1s');
    expect((await app.get('/fresher', token)).status).toBe(401);
    expect((await app.get('/fresh', token)).status).toBe(401);
  });

  test('machines are outside it', async () => {
    const app = await start({ maxStaleness: '5s' });
    expect(
      (await app.get('/fresh', app.issuer.machineToken({ audience: app.issuer.issuer }))).status,
    ).toBe(200);
    expect(asked(app)).toBe(0);
  });

  test('uses the resolver if there is one', async () => {
    const app = await start({ resolver: {} });
    const token = app.issuer.accessToken({ sub: SUB });
    expect((await app.get('/fresh', token)).status).toBe(200);
    expect([asked(app), asked(app, RESOLVE)]).toEqual([0, 1]);
    app.issuer.disableUser(SUB);
    app.issuer.clock.advance('10s');
    expect(await codeOf(await app.get('/fresh', token))).toEqual({
      status: 401,
      code: 'token_revoked',
    });
  });

  test('a session is confirmed again when the route is stricter than the cache', async () => {
    const app = await start({ resolver: { cookies: true, cacheFor: '30s' } });
    const { cookie } = app.issuer.openSession({ sub: SUB });
    expect((await app.get('/me', undefined, { cookie })).status).toBe(200);
    app.issuer.disableUser(SUB);
    app.issuer.clock.advance('2s');
    expect((await app.get('/me', undefined, { cookie })).status).toBe(200);
    expect((await app.get('/fresher', undefined, { cookie })).status).toBe(401);
  });

  test('an issuer that cannot be asked is 403', async () => {
    const app = await startTestApp({
      platform,
      controllers: [RoutesController],
      issuer: { kind: 'authpi' },
      configure: (issuer) => ({
        issuers: [authpi({ issuer: issuer.issuer, audience: 'c_test' })],
        clock: issuer.clock.now,
      }),
    });
    expect(await codeOf(await app.get('/fresh', app.issuer.accessToken()))).toEqual({
      status: 403,
      code: 'confirmation_not_supported',
    });
    expect((await app.get('/me', app.issuer.accessToken())).status).toBe(200);
  });
});

test('an application without HTTP starts with webhooks configured', async () => {
  const issuer = new TestIssuer({ algorithm: 'ES256' });
  const webhooks = { path: PATH, secret: issuer.webhooks.secret };
  const module = AuthgearModule.forRoot({
    ...issuer.moduleOptions,
    algorithms: ['ES256'],
    jwks: issuer.jwks(),
    webhooks,
  });
  const context = await NestFactory.createApplicationContext(module, { logger: false });
  expect((await context.get(TokenService).verifyAccessToken(issuer.accessToken())).via).toBe('jwt');
  await context.close();
});
