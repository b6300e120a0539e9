import { generateKeyPairSync } from 'node:crypto';
import { JwksService } from '../../lib/keys/jwks.service.js';
import { TokenService } from '../../lib/credentials/bearer/token.service.js';
import { AuthError } from '../../lib/core/errors.js';
import { createSigningKey } from '../../lib/testing/signing-key.js';
import { TestIssuer } from '../../lib/testing/test-issuer.js';
import type { Outage } from '../../lib/testing/test-server.js';
import { startTestApp, type TestApp, type TestAppOptions } from '../support/app.js';
import { closeTestApps } from '../support/running-apps.js';

let t: TestApp;
afterEach(() => closeTestApps());

async function start(
  setup: TestAppOptions = {},
): Promise<{ tokens: TokenService; jwks: JwksService; issuer: TestIssuer }> {
  t = await startTestApp(setup);
  return { tokens: t.app.get(TokenService), jwks: t.app.get(JwksService), issuer: t.issuer };
}

const codeOf = (verification: Promise<unknown>) =>
  verification.then(
    () => 'accepted',
    (error: unknown) =>
      error instanceof AuthError ? error.code : `not an AuthError: ${String(error)}`,
  );

const outages: readonly Outage[] = [
  'reset',
  'hang',
  'drip',
  'half',
  'redirect',
  'html',
  'huge',
  500,
  403,
  404,
];

describe.each(outages)('an issuer that answers with %p', (outage) => {
  const options = { keys: { timeout: '300ms' } } as const;
  const { timeout } = AbortSignal;
  let isDown: boolean;
  let deadlines: number[];
  const breakDown = (issuer: TestIssuer) => {
    isDown = true;
    issuer.outage(outage);
  };
  const recover = (issuer: TestIssuer) => {
    isDown = false;
    issuer.recover();
  };

  // While the issuer works, no deadline comes: how fast the machine is makes no difference.
  beforeEach(() => {
    [isDown, deadlines] = [false, []];
    AbortSignal.timeout = (milliseconds) => {
      deadlines.push(milliseconds);
      return timeout.call(AbortSignal, isDown ? milliseconds : 1_000_000);
    };
  });
  afterEach(() => void (AbortSignal.timeout = timeout));

  test('from startup: 503 within the deadline, one log line, then recovery', async () => {
    const { tokens, jwks, issuer } = await start({
      options,
      prepare: (_, down) => breakDown(down),
    });
    expect(await codeOf(tokens.verifyAccessToken(issuer.accessToken()))).toBe('keys_unavailable');
    expect(deadlines).toEqual([300]);
    expect(jwks.status()[0]).toMatchObject({
      state: 'unavailable',
      kids: [],
      lastError: { code: 'keys_unavailable' },
      failures: 1,
    });
    expect(
      t.logger.lines.filter((line) =>
        line.includes('Requests with its tokens get 503 until it answers'),
      ),
    ).toHaveLength(1);

    recover(issuer);
    issuer.clock.advance('1s');
    expect(await codeOf(tokens.verifyAccessToken(issuer.accessToken()))).toBe('accepted');
    expect(jwks.status()[0]).toMatchObject({
      state: 'fresh',
      kids: [issuer.signingKey.kid],
      lastError: undefined,
      failures: 0,
    });
    expect(t.logger.lines.filter((line) => line.includes('answers again'))).toHaveLength(1);
  });

  test('past the lifetime: known keys keep working for an hour, then 503', async () => {
    const { tokens, jwks, issuer } = await start({ options });
    expect(await codeOf(tokens.verifyAccessToken(issuer.accessToken()))).toBe('accepted');
    breakDown(issuer);
    issuer.clock.advance('10m');
    // The first request tries to fetch the keys, and fails.
    expect(await codeOf(tokens.verifyAccessToken(issuer.accessToken()))).toBe('accepted');
    expect(jwks.status()[0]).toMatchObject({ state: 'stale', kids: [issuer.signingKey.kid] });
    expect(t.logger.lines.filter((line) => line.includes('keep working'))).toHaveLength(1);
    issuer.clock.advance('59m');
    expect(await codeOf(tokens.verifyAccessToken(issuer.accessToken()))).toBe('accepted');
    issuer.clock.advance('1m');
    expect(await codeOf(tokens.verifyAccessToken(issuer.accessToken()))).toBe('keys_unavailable');
    expect(jwks.status()[0]?.state).toBe('unavailable');
  });
});

test('a host name that does not resolve: 503, and the log line explains it', async () => {
  const { tokens } = await start({
    configure: () => ({
      issuer: 'https://no-such-host.invalid',
      audience: 'a',
      keys: { timeout: '30s' },
    }),
  });
  const other = new TestIssuer({ issuer: 'https://no-such-host.invalid' });
  expect(await codeOf(tokens.verifyAccessToken(other.accessToken({ audience: 'a' })))).toBe(
    'keys_unavailable',
  );
  expect(t.logger.lines.join()).toMatch(
    /no keys from "https:\/\/no-such-host\.invalid": .*\((?:ENOTFOUND|EAI_AGAIN)\)/,
  );
});

test('no request waits while a usable key is known, even when the issuer hangs', async () => {
  const { tokens, jwks, issuer } = await start({
    options: { keys: { minAge: '10m', timeout: '9m' } },
  });
  await tokens.verifyAccessToken(issuer.accessToken());
  issuer.outage('hang');
  issuer.clock.advance(600 - 20); // the refresh is due, and will hang
  for (let count = 0; count < 20; count += 1)
    expect(await codeOf(tokens.verifyAccessToken(issuer.accessToken()))).toBe('accepted');
  // The fetch has not ended, and its deadline is longer than a test may take.
  expect(jwks.status()[0]).toMatchObject({ state: 'fresh', failures: 0 });
});

describe('key sets', () => {
  const jwkOf = (modulusLength: number) =>
    createSigningKey('RS256', { kid: 'odd', modulusLength }).jwk;

  test('an empty set is a success: the missing key dies at once', async () => {
    const { tokens, jwks, issuer } = await start();
    await tokens.verifyAccessToken(issuer.accessToken());
    issuer.publish({ keys: [] });
    await jwks.refresh();
    expect(await codeOf(tokens.verifyAccessToken(issuer.accessToken()))).toBe('key_unknown');
    expect(jwks.status()[0]).toMatchObject({ state: 'fresh', kids: [] });
  });

  test('a withdrawn key is gone after the next fetch, before its lifetime ends', async () => {
    const { tokens, jwks, issuer } = await start();
    const old = issuer.accessToken();
    await tokens.verifyAccessToken(old);
    issuer.rotate({ overlap: false });
    await jwks.refresh();
    expect(await codeOf(tokens.verifyAccessToken(old))).toBe('key_unknown');
    expect(await codeOf(tokens.verifyAccessToken(issuer.accessToken()))).toBe('accepted');
  });

  test.each([
    [
      'duplicate kids',
      (good: object) => [{ ...jwkOf(2048), kid: 'twice' }, { ...jwkOf(2048), kid: 'twice' }, good],
      'more than once, so it is not used',
    ],
    [
      'a private key',
      (good: object) => [
        {
          ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
            format: 'jwk',
          }),
          kid: 'odd',
        },
        good,
      ],
      'private or symmetric',
    ],
    [
      'a symmetric key',
      (good: object) => [{ kty: 'oct', k: 'c2VjcmV0', kid: 'odd' }, good],
      'private or symmetric',
    ],
    ['RSA-1024', (good: object) => [jwkOf(1024), good], '1024 bits'],
  ])('%s: skipped with one line, the others work', async (_, keys, words) => {
    const { tokens, jwks, issuer } = await start({
      prepare: (__, odd) => odd.publish({ keys: keys(odd.signingKey.jwk) }),
    });
    expect(await codeOf(tokens.verifyAccessToken(issuer.accessToken()))).toBe('accepted');
    await jwks.refresh();
    const lines = t.logger.lines.filter((line) => line.includes(words));
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('c2VjcmV0');
    expect(
      await codeOf(tokens.verifyAccessToken(issuer.accessToken({ header: { kid: 'odd' } }))),
    ).toMatch(/^key_unknown$/);
  });
});

test('rotation with overlap under 10,000 requests: zero refusals', async () => {
  const { tokens, issuer } = await start({
    options: { algorithms: ['ES256'] },
    issuer: { algorithm: 'ES256' },
  });
  await tokens.verifyAccessToken(issuer.accessToken());
  let refused = 0;
  for (let batch = 0; batch < 100; batch += 1) {
    const old = issuer.accessToken();
    if (batch % 20 === 10) {
      issuer.rotate();
      issuer.clock.advance('31s');
    }
    const batchTokens = Array.from({ length: 100 }, (_, index) =>
      index % 2 === 0 ? old : issuer.accessToken(),
    );
    const codes = await Promise.all(
      batchTokens.map((token) => codeOf(tokens.verifyAccessToken(token))),
    );
    refused += codes.filter((code) => code !== 'accepted').length;
  }
  expect(refused).toBe(0);
});

test(
  'rotation without overlap under a flood of garbage kids: the new key works within one ' +
    'cooldown',
  async () => {
    const { tokens, issuer } = await start();
    await tokens.verifyAccessToken(issuer.accessToken());
    const flood = () => codeOf(tokens.verifyAccessToken(issuer.wrongToken('unknown kid')));
    await flood(); // the budget is spent
    issuer.rotate({ overlap: false });
    const good = issuer.accessToken();
    const seen: string[] = [];
    for (let second = 0; second < 30; second += 1) {
      await flood();
      seen.push(await codeOf(tokens.verifyAccessToken(good)));
      issuer.clock.advance('1s');
    }
    await flood(); // the garbage may be first again
    expect(seen.every((code) => code === 'key_unknown')).toBe(true);
    expect(await codeOf(tokens.verifyAccessToken(good))).toBe('accepted');
    expect(issuer.requests.jwks).toBe(3);
  },
);

test('when the address of the keys fails, the metadata is asked for again', async () => {
  const { tokens, issuer } = await start();
  await tokens.verifyAccessToken(issuer.accessToken());
  const { metadata } = issuer.requests;
  issuer.outage(404);
  issuer.clock.advance('10m');
  await tokens.verifyAccessToken(issuer.accessToken());
  issuer.recover();
  issuer.clock.advance('31s');
  await tokens.verifyAccessToken(issuer.accessToken());
  await t.app.get(JwksService).refresh();
  expect(issuer.requests.metadata).toBeGreaterThan(metadata);
});

test('Retry-After is the time until the next attempt', async () => {
  const { tokens, issuer } = await start({ prepare: (_, down) => down.outage(500) });
  const refusal = () =>
    tokens.verifyAccessToken(issuer.accessToken()).catch((error: unknown) => error as AuthError);
  await refusal();
  for (let attempt = 1; attempt < 8; attempt += 1) {
    const [status] = t.app.get(JwksService).status();
    const error = (await refusal()) as AuthError;
    const wait = (status?.nextAttemptAt ?? 0) - issuer.clock.seconds;
    expect(error.details.retryAfter).toBe(Math.max(1, Math.ceil(wait)));
    const before = issuer.requests.total;
    issuer.clock.advance((error.details.retryAfter ?? 0) + 0.001);
    await refusal();
    expect(issuer.requests.total).toBe(before + 1);
  }
});

test('closing the application ends a fetch that hangs', async () => {
  const { jwks, issuer } = await start({ options: { keys: { minAge: '10m', timeout: '9m' } } });
  issuer.outage('hang');
  const refreshed = jwks.refresh().catch((error: unknown) => error);
  await t.app.close();
  // Well before the deadline, which is longer than a test may take.
  expect(await refreshed).toMatchObject({ code: 'keys_unavailable' });
});

test('an application that could only answer 401 does not start', async () => {
  const weak = createSigningKey('RS256', { modulusLength: 1024 }).jwk;
  await expect(startTestApp({ options: { jwks: { keys: [weak] } } })).rejects.toMatchObject({
    code: 'configuration_invalid',
    message: expect.stringContaining('1024 bits'),
  });
  await expect(
    startTestApp({
      options: { failFast: true },
      prepare: (_, issuer) => issuer.publish({ keys: [] }),
    }),
  ).rejects.toMatchObject({
    code: 'configuration_invalid',
  });
});

test('a logger that throws changes no answer', async () => {
  const { UnauthorizedException } = await import('@nestjs/common');
  const fail = () => {
    throw new Error('the disk is full');
  };
  const { tokens, issuer } = await start({
    options: { logger: { log: fail, warn: fail, error: fail } },
  });
  expect(await codeOf(tokens.verifyAccessToken(issuer.wrongToken('expired')))).toBe(
    'token_expired',
  );
  const { JwtAuthGuard } = await import('../../lib/jwt-auth.guard.js');
  const { ExecutionContextHost } = await import('@nestjs/core/helpers/execution-context-host.js');
  class Target {
    handler() {}
  }
  const exchange = [{ headers: {} }, { header: () => undefined }];
  const context = new ExecutionContextHost(exchange, Target, Target.prototype.handler);
  await expect(t.app.get(JwtAuthGuard).canActivate(context)).rejects.toBeInstanceOf(
    UnauthorizedException,
  );
});
