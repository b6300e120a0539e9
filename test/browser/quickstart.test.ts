import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Browser, BrowserContext } from 'playwright-core';
import { launchChromium } from './chromium.js';
import { QuickstartPage } from './quickstart-page.js';
import { freePort } from '../support/free-port.js';
import { startQuickstart, type Quickstart } from './quickstart-process.js';
import { occupyPort, SampleProcess } from './sample-process.js';

const ALICE = 'e3079029-f123-4c56-80c1-c2cd63a5b6af';
const bash = async (command: string): Promise<string> =>
  (await promisify(execFile)('bash', ['-c', command])).stdout;

let quickstart: Quickstart;
beforeAll(async () => {
  quickstart = await startQuickstart();
});
afterAll(() => quickstart.stop());

describe('the page', () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: QuickstartPage;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    context.setDefaultTimeout(15_000);
    page = await QuickstartPage.open(context, quickstart.pageUrl);
  });
  afterEach(async () => {
    await context.close();
    expect(page.complaints).toEqual([]);
  });

  test('signs in, shows who it is, and signs out at the issuer too', async () => {
    await page.page.getByText('Nobody is signed in').waitFor();
    await page.signIn('alice');
    expect(page.page.url()).toBe(quickstart.pageUrl);
    const you = page.page.getByRole('region', { name: 'You' });
    await you.getByText('alice', { exact: true }).waitFor();
    await you.locator('.facts').getByText('store_manager').waitFor();
    expect(await you.locator('.ago').textContent()).toMatch(/^\d{1,2} s ago/);
    expect(await page.claims()).toMatchObject({
      iss: quickstart.issuer,
      aud: [quickstart.issuer],
      client_id: 'quickstart',
      sub: ALICE,
      scope: 'openid',
      amr: ['pwd', 'x_primary_password'],
      'https://authgear.com/claims/user/roles': ['store_manager'],
    });

    // A reload is not a sign-out.
    await page.page.reload();
    await page.button('Sign out').click();
    await page.page.getByText('Nobody is signed in').waitFor();
    expect(await page.page.evaluate('sessionStorage.length')).toBe(0);
    // The issuer has forgotten the person as well, and asks who it is.
    await page.button('Sign in').click();
    await page.button('Continue as bob').waitFor();
  });

  test('calls the routes without a token', async () => {
    const bare = {
      status: '401 Unauthorized',
      challenge: 'Bearer',
      body: expect.objectContaining({ code: 'credentials_missing' }) as unknown,
    };
    expect(await page.call('GET /api/public')).toEqual({
      status: '200 OK',
      challenge: undefined,
      body: { message: 'Anybody may read this.' },
    });
    expect(await page.call('GET /api/optional')).toEqual({
      status: '200 OK',
      challenge: undefined,
      body: { message: 'Hello, stranger.' },
    });
    expect(await page.call('GET /api/me')).toEqual(bare);
    expect(await page.call('GET /api/me/recovery-codes')).toEqual(bare);
    expect(await page.call('GET /api/reports')).toEqual(bare);
    expect(await page.call('DELETE /api/reports/1')).toEqual(bare);
    await page.page.getByRole('status').getByRole('button', { name: 'Sign in' }).click();
    await page.continueAs('alice');
    // Back from the issuer, the call is made again, with the token: it is about the scope now.
    expect(await page.answer()).toMatchObject({ status: '403 Forbidden' });
  });

  test('calls the routes with a token', async () => {
    await page.signIn('alice');
    expect(await page.call('GET /api/public')).toMatchObject({ status: '200 OK' });
    expect(await page.call('GET /api/optional')).toMatchObject({
      status: '200 OK',
      body: { message: `Hello, ${ALICE}.` },
    });
    expect(await page.call('GET /api/me')).toMatchObject({
      status: '200 OK',
      body: {
        sub: ALICE,
        issuer: quickstart.issuer,
        clientId: 'quickstart',
        scopes: ['openid'],
        roles: ['store_manager'],
        isVerified: true,
      },
    });
    expect(await page.call('GET /api/me/recovery-codes')).toMatchObject({
      status: '200 OK',
      challenge: undefined,
      body: { for: ALICE },
    });
  });

  test('refuses a broken token wherever a token is looked at', async () => {
    await page.signIn('alice');
    await page.send('A broken token');
    const refused = {
      status: '401 Unauthorized',
      challenge: expect.stringContaining('error="invalid_token"') as unknown,
      body: { code: 'token_invalid' },
    };
    expect(await page.call('GET /api/me')).toMatchObject(refused);
    expect(await page.call('GET /api/optional')).toMatchObject(refused);
    expect(await page.call('GET /api/public')).toMatchObject({ status: '200 OK' });
    await page.send('My token');
    expect(await page.call('GET /api/me')).toMatchObject({ status: '200 OK' });
  });

  test('shows tokens that must be refused, and the terminal says why', async () => {
    await page.signIn('alice');
    for (const [what, code, why] of [
      ['An expired token', 'token_expired', /Refused token_expired .*AccountController\.me/],
      [
        'A wrong audience',
        'token_invalid',
        /Refused audience_mismatch .*"aud" is "https:\/\/other-api\.example", accepted: /,
      ],
      ['My ID token', 'token_is_id_token', /Refused token_is_id_token .*not the id_token/],
    ] as const) {
      await page.send(what);
      expect(await page.call('GET /api/me')).toMatchObject({
        status: '401 Unauthorized',
        body: { code },
      });
      await page.page.getByText('The terminal in which the sample runs says why').waitFor();
      expect(quickstart.terminal()).toMatch(why);
    }
    await page.button('Sign out').click();
    await page.page.getByText('Nobody is signed in').waitFor();
    expect(await page.page.getByRole('radio', { name: 'An expired token' }).isDisabled()).toBe(
      true,
    );
  });

  test('asks for the scope that the challenge names', async () => {
    await page.signIn('alice', { anHourAgo: true });
    const refused = await page.call('GET /api/reports');
    expect(refused).toMatchObject({ status: '403 Forbidden', body: { code: 'scope_missing' } });
    expect(refused.challenge).toMatch(
      /^Bearer error="insufficient_scope", .*scope="read:reports"$/,
    );

    await page.follow('Ask for read:reports');
    expect(await page.answer()).toMatchObject({ status: '200 OK', challenge: undefined });
    expect((await page.claims())['scope']).toBe('openid read:reports');
    // Nobody had to sign in for it.
    expect(await page.authAge()).toBeGreaterThan(3599);
  });

  test('tells when the issuer does not grant the scope', async () => {
    await page.signIn('bob');
    await page.call('DELETE /api/reports/1');
    await page.follow('Ask for write:reports');
    await page.page.getByText('the issuer does not grant it to this user').waitFor();
    expect(await page.answer()).toMatchObject({ status: '403 Forbidden' });
    expect(await page.button('Ask for write:reports').count()).toBe(0);
  });

  test('reauthenticates when the sign-in is too old', async () => {
    await page.signIn('alice', { anHourAgo: true });
    const refused = await page.call('GET /api/me/recovery-codes');
    expect(refused).toMatchObject({
      status: '401 Unauthorized',
      body: { code: 'authentication_too_old' },
    });
    expect(refused.challenge).toMatch(
      /^Bearer error="insufficient_user_authentication", .*max_age="30"$/,
    );

    // A refreshed token goes back to the same sign-in.
    const { jti, auth_time: authTime } = await page.claims();
    await page.button('Refresh token').click();
    await page.page
      .locator('details pre')
      .filter({ hasNotText: String(jti) })
      .waitFor({ state: 'attached' });
    expect((await page.claims())['auth_time']).toBe(authTime);

    await page.call('GET /api/me/recovery-codes');
    await page.follow('Confirm that it is you');
    // The same person, and nobody else.
    await page.page.getByRole('heading', { name: 'Confirm that it is you' }).waitFor();
    expect(await page.button(/Continue as/).count()).toBe(1);
    await page.continueAs('alice');
    expect(await page.answer()).toMatchObject({ status: '200 OK', body: { for: ALICE } });
    expect(await page.authAge()).toBeLessThan(30);
  });

  test('goes from the scope to the sign-in to the answer', async () => {
    await page.signIn('alice', { anHourAgo: true });
    expect(await page.call('DELETE /api/reports/1')).toMatchObject({ status: '403 Forbidden' });
    await page.follow('Ask for write:reports');
    await page.button('Confirm that it is you').waitFor();
    expect(await page.answer()).toMatchObject({ status: '401 Unauthorized' });
    await page.follow('Confirm that it is you');
    await page.continueAs('alice');
    expect(await page.answer()).toMatchObject({
      status: '200 OK',
      body: { deleted: '1', by: ALICE },
    });
  });

  test('does not take an answer that it did not ask for', async () => {
    await page.page.goto(`${quickstart.pageUrl}?code=stolen&state=forged`);
    await page.page.getByText('the state differs').waitFor();
    await page.page.getByText('Nobody is signed in').waitFor();
    expect(page.page.url()).toBe(quickstart.pageUrl);
  });

  test('says so when a sign-in page is opened twice', async () => {
    await page.button('Sign in').click();
    await page.button('Continue as alice').waitFor();
    const signInPage = page.page.url();
    await page.continueAs('alice');
    await page.button('Sign out').waitFor();
    const response = await page.page.goto(signInPage);
    expect(response?.status()).toBe(400);
    await page.button('Back to the quickstart').click();
    await page.button('Sign out').waitFor();
    page.expectComplaint('400 (Bad Request)');
  });

  test.each(['light', 'dark'] as const)('fits a narrow screen, %s', async (colorScheme) => {
    await page.page.setViewportSize({ width: 400, height: 850 });
    await page.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.signIn('alice');
    await page.page.getByText('All claims of the access token').click();
    await page.call('DELETE /api/reports/1');
    expect(await page.page.evaluate('document.documentElement.scrollWidth')).toBe(400);
    // What was asked for is in sight.
    const box = await page.button('Ask for write:reports').boundingBox();
    expect(box?.y).toBeGreaterThan(0);
    expect((box?.y ?? Infinity) + (box?.height ?? 0)).toBeLessThanOrEqual(850);
    const [red] =
      /\d+/.exec(
        String(await page.page.evaluate('getComputedStyle(document.body).backgroundColor')),
      ) ?? [];
    expect(Number(red) < 128).toBe(colorScheme === 'dark');
  });
});

describe('the terminal', () => {
  test('is quiet but for what it has to say', async () => {
    const { stdout } = quickstart;
    expect(stdout.split('\n').filter((line) => line !== '')).toHaveLength(8);
    expect(stdout).not.toMatch(/oidc-provider|warning/i);
    const fresh = await startQuickstart();
    expect(fresh.stderr()).toBe('');
    await fresh.stop();
  });

  test('offers a command that works when pasted', async () => {
    const answer = await bash(`${quickstart.curl} --silent`);
    expect(answer).toMatch(/^HTTP\/1.1 200 OK/);
    const { claims, ...user } = JSON.parse(answer.split('\r\n\r\n')[1] ?? '') as {
      claims: Record<string, unknown>;
      sub: string;
    };
    expect(user).toMatchObject({
      sub: ALICE,
      issuer: quickstart.issuer,
      roles: ['store_manager'],
      scopes: ['openid', 'read:reports'],
    });
    expect(new Set(Object.keys(claims))).toEqual(
      new Set([
        'amr',
        'aud',
        'auth_time',
        'client_id',
        'exp',
        'https://authgear.com/claims/user/can_reauthenticate',
        'https://authgear.com/claims/user/is_anonymous',
        'https://authgear.com/claims/user/is_verified',
        'https://authgear.com/claims/user/roles',
        'iat',
        'iss',
        'jti',
        'scope',
        'sub',
      ]),
    );
    expect(claims['aud']).toEqual([quickstart.issuer]);
    expect(claims['jti']).toMatch(/^[0-9a-f]{64}$/);
    expect(Number(claims['exp']) - Number(claims['iat'])).toBe(1800);

    const [, token = ''] = /Bearer ([^"]+)"/.exec(quickstart.curl) ?? [];
    const header = JSON.parse(
      Buffer.from(token.split('.')[0] ?? '', 'base64url').toString(),
    ) as unknown;
    expect(header).toEqual({
      alg: 'RS256',
      typ: 'at+jwt',
      kid: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
    });
    const forged = quickstart.curl.replace(token, token.replace(/.{20}$/, 'A'.repeat(20)));
    expect(await bash(`${forged} --silent`)).toMatch(/^HTTP\/1.1 401 Unauthorized/);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('ends cleanly by %s', async (signal) => {
    const other = await startQuickstart();
    // An open connection, as a browser leaves one.
    await fetch(other.pageUrl);
    expect(await other.stop(signal)).toBe(0);
    expect(other.stderr()).toBe('');
  });

  test.each(['PORT', 'ISSUER_PORT'])('names the port that is taken, and %s', async (variable) => {
    const [port, issuerPort] = [await freePort(), await freePort()];
    const taken = await occupyPort();
    const result = await SampleProcess.fail('quickstart', {
      PORT: String(port),
      ISSUER_PORT: String(issuerPort),
      [variable]: String(taken.port),
    });
    await taken.release();
    expect(result).toEqual({
      code: 1,
      stdout: '',
      stderr: `Port ${taken.port} is taken. Set ${variable} to a free one.\n`,
    });
  });

  test.each([
    [
      { PORT: 'eighty' },
      'PORT is "eighty", which is not a port. Set it to a number from 1 to 65535.',
    ],
    [
      { ISSUER_PORT: '65536' },
      'ISSUER_PORT is "65536", which is not a port. Set it to a number from 1 to 65535.',
    ],
    [{ PORT: '0' }, 'PORT is "0", which is not a port. Set it to a number from 1 to 65535.'],
    [{ PORT: '3001' }, 'PORT and ISSUER_PORT are both 3001. Set one of them to another port.'],
    [
      { AUTHGEAR_ENDPOINT: 'https://my-app.authgear.cloud' },
      'AUTHGEAR_ENDPOINT is set and AUTHGEAR_CLIENT_ID is not. Set both to use an Authgear ' +
        'project, or neither for the built-in provider.',
    ],
    [
      { AUTHGEAR_CLIENT_ID: '497d841ea22f33d3' },
      'AUTHGEAR_CLIENT_ID is set and AUTHGEAR_ENDPOINT is not. Set both to use an Authgear ' +
        'project, or neither for the built-in provider.',
    ],
    [
      {
        AUTHGEAR_ENDPOINT: 'https://my-app.authgear.cloud/',
        AUTHGEAR_CLIENT_ID: '497d841ea22f33d3',
      },
      expect.stringMatching(
        new RegExp(
          '^AuthgearModule cannot start, 1 problem in its options:\\n' +
            '- issuer: .*trailing slash: remove it\\. If this is not Authgear: .*$',
        ),
      ) as unknown as string,
    ],
  ])('explains %j', async (env: Record<string, string>, message) => {
    const result = await SampleProcess.fail('quickstart', env);
    expect({ ...result, stderr: result.stderr.trimEnd() }).toEqual({
      code: 1,
      stdout: '',
      stderr: message,
    });
  });

  test('points at an Authgear project when told to', async () => {
    // The issuer of the other sample stands for the project.
    const elsewhere = await startQuickstart({
      AUTHGEAR_ENDPOINT: quickstart.issuer,
      AUTHGEAR_CLIENT_ID: 'quickstart',
    });
    expect(elsewhere.issuer).toBe(quickstart.issuer);
    expect(elsewhere.stdout).toContain(`Redirect URI               ${elsewhere.pageUrl}`);
    expect(elsewhere.stdout).toContain('Issue JWT as access token');
    expect(await (await fetch(`${elsewhere.pageUrl}config`)).json()).toEqual({
      issuer: quickstart.issuer,
      clientId: 'quickstart',
      scopes: ['openid', 'offline_access', 'https://authgear.com/scopes/full-access'],
    });
    expect(await bash(`${elsewhere.curl} --silent`)).toMatch(/^HTTP\/1.1 401 Unauthorized/);
    const theirs = quickstart.curl.replace(quickstart.pageUrl, elsewhere.pageUrl);
    expect(await bash(`${theirs} --silent`)).toMatch(/^HTTP\/1.1 200 OK/);
    expect(await elsewhere.stop()).toBe(0);
  });
});
