import { Controller, Get } from '@nestjs/common';
import { JwksService } from '../../lib/keys/jwks.service.js';
import { authgear } from '../../lib/options/profiles.js';
import { TestIssuer } from '../../lib/testing/test-issuer.js';
import { platforms, startTestApp, type TestApp } from '../support/app.js';

@Controller()
class RouteController {
  @Get() route() {
    return {};
  }
}

describe.each(platforms)('keys on %s', (platform) => {
  let t: TestApp;
  const start = async (setup: Parameters<typeof startTestApp>[0] = {}) => {
    t = await startTestApp({ platform, controllers: [RouteController], ...setup });
    return t;
  };
  afterEach(() => t.close());

  test('50 first requests at once cost one discovery and one key fetch', async () => {
    const { get, issuer } = await start();
    const token = issuer.accessToken();
    const responses = await Promise.all(Array.from({ length: 50 }, () => get('/', token)));
    expect(responses.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 200));
    expect(issuer.requests).toEqual({ metadata: 1, jwks: 1, total: 2 });
  });

  test(
    'the application starts while the issuer is down, and answers 503 with Retry-After until ' +
      'it is back',
    async () => {
      const { get, issuer, app, logger } = await start({
        prepare: (_, down) => down.outage('reset'),
      });
      const token = issuer.accessToken();
      const response = await get('/', token);
      expect(response.status).toBe(503);
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      expect(response.headers.get('www-authenticate')).toBeNull();
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(await response.json()).toEqual({
        statusCode: 503,
        error: 'Service Unavailable',
        message: expect.any(String),
        code: 'keys_unavailable',
      });
      expect(logger.lines.join('\n')).toContain('keys_unavailable');

      issuer.recover();
      expect((await get('/', token)).status).toBe(503); // backing off
      issuer.clock.advance('31s');
      expect((await get('/', issuer.accessToken())).status).toBe(200);
      expect(app.get(JwksService).status()[0]).toMatchObject({
        state: 'fresh',
        kids: [issuer.signingKey.kid],
        lastError: undefined,
      });
    },
  );

  test('an expired token is 401 while no key is there', async () => {
    const { get, issuer } = await start({ prepare: (_, down) => down.outage('reset') });
    expect((await get('/', issuer.wrongToken('expired'))).status).toBe(401);
  });

  test('one fetch finds a rotated key; then unknown keys wait for the cooldown', async () => {
    const { get, issuer } = await start();
    expect((await get('/', issuer.accessToken())).status).toBe(200);
    issuer.rotate();
    expect((await get('/', issuer.accessToken())).status).toBe(200);
    expect(issuer.requests.jwks).toBe(2);

    for (let count = 0; count < 20; count += 1)
      expect((await get('/', issuer.wrongToken('unknown kid'))).status).toBe(401);
    expect(issuer.requests.jwks).toBe(2);
    issuer.clock.advance('30s');
    await Promise.all(Array.from({ length: 20 }, () => get('/', issuer.wrongToken('unknown kid'))));
    expect(issuer.requests.jwks).toBe(3);
  });

  test('the cooldown counts after a failure too, and the answer is then 503', async () => {
    const { get, issuer } = await start();
    expect((await get('/', issuer.accessToken())).status).toBe(200);
    issuer.outage(500);
    expect((await get('/', issuer.wrongToken('unknown kid'))).status).toBe(503);
    const { total } = issuer.requests;
    expect((await get('/', issuer.wrongToken('unknown kid'))).status).toBe(503);
    expect((await get('/', issuer.accessToken())).status).toBe(200); // the known key keeps working
    expect(issuer.requests.total).toBe(total);
  });

  test.each([
    'expired',
    'other issuer',
    'other audience',
    'alg none',
    'id token type',
    'without subject',
  ] as const)('a token that is going to be refused never causes a fetch: %s', async (kind) => {
    const { get, issuer } = await start();
    expect((await get('/', issuer.accessToken())).status).toBe(200);
    const { total } = issuer.requests;
    expect((await get('/', issuer.wrongToken(kind, { header: { kid: 'unknown' } }))).status).toBe(
      401,
    );
    expect(issuer.requests.total).toBe(total);
  });

  test('metadata of another issuer is never used', async () => {
    const { get, issuer, logger } = await start({
      prepare: (_, other) => other.publishMetadata({ issuer: 'https://other.example' }),
    });
    const response = await get('/', issuer.accessToken());
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ code: 'keys_unavailable' });
    const line = logger.lines.find((text) => text.includes('metadata_issuer_mismatch'));
    expect(line).toContain('https://other.example');
    expect(line).toContain(issuer.issuer);
  });

  test('keys at a plain http address off loopback are never fetched', async () => {
    const { get, issuer } = await start({
      prepare: (_, odd) => odd.publishMetadata({ jwks_uri: 'http://keys.example/jwks' }),
    });
    expect(await (await get('/', issuer.accessToken())).json()).toMatchObject({
      statusCode: 503,
      code: 'keys_unavailable',
    });
  });
});

test('failFast: an application without keys does not start, one with keys does', async () => {
  await expect(
    startTestApp({ options: { failFast: true }, prepare: (_, issuer) => issuer.outage(500) }),
  ).rejects.toMatchObject({
    code: 'keys_unavailable',
  });
  const t = await startTestApp({ options: { failFast: true }, controllers: [RouteController] });
  expect(t.app.get(JwksService).status()[0]?.state).toBe('fresh');
  await t.close();
});

test('startup waits for configured keys, but not for the keys of other issuers', async () => {
  const signer = new TestIssuer({ issuer: 'https://configured.example' });
  const t = await startTestApp({
    controllers: [RouteController],
    configure: (down) => {
      down.outage(500);
      const entryOf = ({ issuer }: TestIssuer) => ({ issuer, audience: issuer });
      return {
        clock: signer.clock.now,
        issuers: [authgear({ ...entryOf(signer), jwks: signer.jwks() }), authgear(entryOf(down))],
      };
    },
  });
  expect((await t.get('/', signer.accessToken())).status).toBe(200);
  expect((await t.get('/', t.issuer.accessToken())).status).toBe(503);
  await t.close();
});

test('configured keys: nothing is fetched', async () => {
  const signer = new TestIssuer();
  const t = await startTestApp({
    controllers: [RouteController],
    options: { ...signer.moduleOptions, jwks: signer.jwks() },
  });
  expect((await t.get('/', signer.accessToken())).status).toBe(200);
  expect((await t.get('/', signer.wrongToken('unknown kid'))).status).toBe(401);
  expect(t.issuer.requests.total).toBe(0);
  await t.close();
});

test('JwksService: keys for checks of your own', async () => {
  const t = await startTestApp();
  const jwks = t.app.get(JwksService);
  const { kid } = t.issuer.signingKey;
  expect((await jwks.getKey({ kid, alg: 'RS256' })).equals(t.issuer.signingKey.publicKey)).toBe(
    true,
  );
  expect(await jwks.getKeySet()).toEqual(t.issuer.jwks());
  await expect(jwks.getKey({ kid: 'unknown', alg: 'RS256' })).rejects.toMatchObject({
    name: 'AuthError',
    code: 'key_unknown',
  });
  await expect(jwks.getKey({ kid, alg: 'HS256' })).rejects.toMatchObject({
    code: 'algorithm_not_allowed',
  });
  await expect(jwks.getKey({ kid, alg: 'RS256' }, 'https://other.example')).rejects.toMatchObject({
    code: 'issuer_mismatch',
  });
  const before = t.issuer.requests.jwks;
  await Promise.all([jwks.refresh(), jwks.refresh()]);
  expect(t.issuer.requests.jwks).toBe(before + 1);
  t.issuer.outage(500);
  await expect(jwks.refresh()).rejects.toMatchObject({
    name: 'AuthError',
    code: 'keys_unavailable',
  });
  expect(JSON.parse(JSON.stringify(jwks.status()))).toHaveLength(1);
  await t.close();
});
