import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { launchChromium } from './chromium.js';
import { occupyPort, SampleProcess } from './sample-process.js';

type IssuerId = 'authgear' | 'authpi';
type State = 'fresh' | 'stale' | 'unavailable';
type Caller = 'Ada' | 'the nightly job' | 'Grace';

interface Answer {
  readonly status: string;
  readonly retryAfter: string | undefined;
  readonly body: Record<string, unknown>;
}

/** The page as a person uses it: by its labels. */
class Stage {
  /** Errors of scripts, and whatever the console says but refusals. */
  readonly complaints: string[] = [];
  /**
   * Refusals that the console tells of, such as `403 /api/people-only`. A browser reports every
   * status above 399.
   */
  readonly refusals: string[] = [];

  private constructor(readonly page: Page) {
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      if (!['error', 'warning'].includes(message.type())) return;
      const [, status] =
        /^Failed to load resource: the server responded with a status of (\d+) /.exec(
          message.text(),
        ) ?? [];
      if (status === undefined) this.complaints.push(message.text());
      else this.refusals.push(`${status} ${new URL(message.location().url).pathname}`);
    });
  }

  static async open(context: BrowserContext, url: string): Promise<Stage> {
    const stage = new Stage(await context.newPage());
    await stage.page.goto(url);
    await stage.waitFor('authgear', 'fresh');
    await stage.waitFor('authpi', 'fresh');
    return stage;
  }

  issuer(id: IssuerId): Locator {
    return this.page.getByRole('region', { name: { authgear: 'Authgear', authpi: 'AuthPI' }[id] });
  }

  /** Presses a button of the card, and waits until the sample has done it. */
  async press(id: IssuerId, button: string): Promise<void> {
    await this.afterControl(() => this.issuer(id).getByRole('button', { name: button }).click());
  }

  async moveOn(by: '+1 minute' | '+10 minutes' | '+1 hour'): Promise<void> {
    await this.afterControl(() => this.page.getByRole('button', { name: by }).click());
  }

  /** Waits until the card says so; a state that does not come is a failure. */
  async waitFor(id: IssuerId, state: State): Promise<void> {
    await this.issuer(id).getByText(state, { exact: true }).waitFor();
  }

  /** Waits until the fact stands on the card. */
  async waitForFact(id: IssuerId, name: string, text: string | RegExp): Promise<void> {
    await this.issuer(id).locator(`dd.${name}`).filter({ hasText: text }).waitFor();
  }

  async call(
    as: Caller,
    route = '/api/whoami',
    token: 'A fresh token' | 'The last token again' = 'A fresh token',
  ): Promise<Answer> {
    await this.page.getByRole('radio', { name: route }).check();
    await this.page.getByRole('radio', { name: token }).check();
    await this.clearAnswer();
    await this.page.getByRole('button', { name: `Call as ${as}` }).click();
    return this.answer();
  }

  /** The answer that is shown, once there is one. */
  async answer(): Promise<Answer> {
    const answer = this.page.locator('#answer');
    const body = (await answer.locator('.body').textContent()) ?? '';
    const retryAfter = answer.locator('.retry-after');
    return {
      status: (await answer.locator('.status').textContent()) ?? '',
      retryAfter:
        (await retryAfter.count()) === 0 ? undefined : ((await retryAfter.textContent()) ?? ''),
      body: JSON.parse(body) as Record<string, unknown>,
    };
  }

  /** So that an answer of before is not taken for the one to come. */
  async clearAnswer(): Promise<void> {
    await this.page.evaluate('document.querySelector("#answer").replaceChildren()');
  }

  /** What the health check behind the link says. */
  async health(): Promise<{ status: number; keys: Record<string, unknown> | undefined }> {
    const link = await this.page.getByRole('link', { name: 'Health check' }).getAttribute('href');
    const response = await fetch(new URL(link ?? '', this.page.url()));
    const { details } = (await response.json()) as {
      details: Record<string, Record<string, unknown>>;
    };
    return { status: response.status, keys: details['keys'] };
  }

  private async afterControl(act: () => Promise<void>): Promise<void> {
    const done = this.page.waitForResponse(
      (response) => response.url().includes('/control/') && response.ok(),
    );
    await act();
    await (await done).finished();
  }
}

describe('the page', () => {
  let browser: Browser;
  let context: BrowserContext;
  let sample: SampleProcess;
  let stage: Stage;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  // Every test has a sample of its own: its clock and its keys go one way only.
  beforeEach(async () => {
    sample = await SampleProcess.start('two-issuers');
    context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    context.setDefaultTimeout(10_000);
    stage = await Stage.open(context, sample.told('Page'));
  });
  afterEach(async () => {
    await context.close();
    expect(await sample.stop()).toBe(0);
    expect(stage.complaints).toEqual([]);
  });

  test('lets a person and a machine in, side by side', async () => {
    const [authgear, authpi] = [sample.told('Authgear'), sample.told('AuthPI')];
    expect(await stage.call('Ada')).toMatchObject({
      status: '200 OK',
      body: { caller: { sub: 'ada', issuer: authgear, isMachine: false, scopes: ['openid'] } },
    });
    expect(await stage.page.locator('#answer .vouched').textContent()).toBe(`Authgear${authgear}`);
    expect(await stage.call('the nightly job')).toMatchObject({
      status: '200 OK',
      body: {
        caller: { sub: 'c_nightly', issuer: authpi, isMachine: true, scopes: ['run:backups'] },
      },
    });
    expect(await stage.page.locator('#answer .vouched').textContent()).toBe(`AuthPI${authpi}`);
    expect(authgear).not.toBe(authpi);
    expect(await stage.health()).toMatchObject({
      status: 200,
      keys: { status: 'up', stale: false },
    });
    expect(stage.refusals).toEqual([]);
  });

  test('opens each route to whom it is for', async () => {
    const opened = async (as: Caller, route: string): Promise<unknown> => {
      const { status, body } = await stage.call(as, route);
      return status === '200 OK' ? 'open' : `${status.slice(0, 3)} ${String(body['code'])}`;
    };
    expect(await opened('Ada', '/api/people-only')).toBe('open');
    expect(await opened('the nightly job', '/api/people-only')).toBe('403 issuer_not_accepted');
    expect(await opened('Ada', '/api/backups')).toBe('403 scope_missing');
    expect(await opened('the nightly job', '/api/backups')).toBe('open');
    expect(await opened('Ada', '/api/orgs/org_engines/invoices')).toBe(
      '403 organization_not_member',
    );
    expect(await opened('the nightly job', '/api/orgs/org_engines/invoices')).toBe(
      '403 organization_not_member',
    );
    expect(await opened('Grace', '/api/orgs/org_engines/invoices')).toBe('open');
    expect(stage.refusals).toEqual([
      '403 /api/people-only',
      '403 /api/backups',
      '403 /api/orgs/org_engines/invoices',
      '403 /api/orgs/org_engines/invoices',
    ]);
  });

  test('bridges an outage with the keys that it knows, and is fresh again after it', async () => {
    await stage.call('Ada');
    await stage.press('authgear', 'Pull the plug');
    await stage.moveOn('+10 minutes');
    await stage.waitFor('authgear', 'stale');
    await stage.waitFor('authpi', 'fresh');
    expect(await stage.call('Ada')).toMatchObject({ status: '200 OK' });
    await stage.waitForFact('authgear', 'error', 'no keys from');
    await stage.waitForFact('authgear', 'counts', '2 in all, 1 failed in a row');
    expect(await stage.call('the nightly job')).toMatchObject({ status: '200 OK' });
    expect(await stage.health()).toMatchObject({
      status: 200,
      keys: { status: 'up', stale: true },
    });

    // Keys that are known keep working. Of others nobody can tell: that is no refusal of the token.
    await stage.call('Ada');
    await stage.issuer('authgear').getByLabel('old keys stay').uncheck();
    await stage.press('authgear', 'Rotate keys');
    await stage.waitForFact('authgear', 'kids', 'signs, not known yet');
    expect(await stage.call('Ada', '/api/whoami', 'The last token again')).toMatchObject({
      status: '200 OK',
    });
    const refused = await stage.call('Ada');
    expect(refused).toMatchObject({
      status: '503 Service Unavailable',
      body: { code: 'keys_unavailable' },
    });
    expect(refused.retryAfter).toMatch(/^[1-9]\d* s$/);

    await stage.press('authgear', 'Plug in again');
    await stage.moveOn('+1 minute');
    await stage.waitFor('authgear', 'stale');
    // The same token that could not be told a moment ago.
    expect(await stage.call('Ada', '/api/whoami', 'The last token again')).toMatchObject({
      status: '200 OK',
    });
    await stage.waitFor('authgear', 'fresh');
    await stage.waitForFact('authgear', 'kids', /^[0-9a-f]{8} signs$/);
    await stage.waitForFact('authgear', 'error', /^none$/);
    expect(await stage.health()).toMatchObject({
      status: 200,
      keys: { status: 'up', stale: false },
    });
    expect(stage.refusals).toEqual(['503 /api/whoami']);
  });

  test('lets nobody in with keys that are too old, and knows whose keys those are', async () => {
    await stage.press('authgear', 'Pull the plug');
    await stage.moveOn('+1 hour');
    await stage.moveOn('+10 minutes');
    await stage.waitFor('authgear', 'unavailable');
    const refused = await stage.call('Ada');
    expect(refused).toMatchObject({
      status: '503 Service Unavailable',
      body: { code: 'keys_unavailable' },
    });
    expect(refused.retryAfter).toMatch(/^[1-9]\d* s$/);
    expect(await stage.call('the nightly job')).toMatchObject({ status: '200 OK' });
    await stage.waitFor('authpi', 'fresh');
    expect(await stage.health()).toMatchObject({ status: 503, keys: { status: 'down' } });

    await stage.press('authgear', 'Plug in again');
    await stage.press('authgear', 'Fetch now');
    await stage.waitFor('authgear', 'fresh');
    expect(await stage.call('Ada')).toMatchObject({ status: '200 OK' });
    expect(await stage.health()).toMatchObject({
      status: 200,
      keys: { status: 'up', stale: false },
    });
    expect(stage.refusals).toEqual(['503 /api/whoami']);
  });

  test.each([
    ['Connection reset', /UND_ERR_SOCKET|ECONNRESET/],
    ['No answer', /no complete answer within 2 s/],
    ['HTTP 500', /500/],
  ])('bridges this outage too: %s', async (kind, error) => {
    await stage.issuer('authpi').getByLabel('How it fails').selectOption(kind);
    await stage.press('authpi', 'Pull the plug');
    await stage.moveOn('+1 hour');
    await stage.waitFor('authpi', 'stale');
    expect(await stage.call('the nightly job')).toMatchObject({ status: '200 OK' });
    await stage.waitForFact('authpi', 'error', error);
    await stage.waitFor('authpi', 'stale');
    expect(stage.refusals).toEqual([]);
  });

  test(
    'follows a rotation: old keys live while they are published, and die with the fetch that ' +
      'misses them',
    async () => {
      await stage.call('the nightly job');
      await stage.press('authpi', 'Rotate keys');
      expect(
        await stage.call('the nightly job', '/api/whoami', 'The last token again'),
      ).toMatchObject({ status: '200 OK' });
      expect(await stage.call('the nightly job')).toMatchObject({ status: '200 OK' });
      // Three generations with a key of each kind.
      await stage.issuer('authpi').locator('dd.kids .chip').nth(8).waitFor();

      await stage.issuer('authpi').getByLabel('old keys stay').uncheck();
      await stage.press('authpi', 'Rotate keys');
      expect(
        await stage.call('the nightly job', '/api/whoami', 'The last token again'),
      ).toMatchObject({ status: '200 OK' });
      await stage.press('authpi', 'Fetch now');
      expect(
        await stage.call('the nightly job', '/api/whoami', 'The last token again'),
      ).toMatchObject({
        status: '401 Unauthorized',
        body: { code: 'token_invalid' },
      });
      expect(await stage.call('the nightly job')).toMatchObject({ status: '200 OK' });
      expect(stage.refusals).toEqual(['401 /api/whoami']);
    },
  );

  test('spares the issuer when somebody sends keys that it never had', async () => {
    await stage.clearAnswer();
    await stage.issuer('authgear').getByRole('button', { name: 'Send 10 unknown keys' }).click();
    expect(await stage.answer()).toMatchObject({
      status: '401 Unauthorized',
      body: { code: 'token_invalid' },
    });
    await stage.waitForFact(
      'authgear',
      'counts',
      '2 in all, 0 failed in a row, 9 spared by the cooldown',
    );
    await stage.waitForFact(
      'authpi',
      'counts',
      '1 in all, 0 failed in a row, 0 spared by the cooldown',
    );
    await stage.page.getByRole('img', { name: 'the last 10: 10 times 401' }).waitFor();
    // Nobody else pays for it.
    expect(await stage.call('Ada')).toMatchObject({ status: '200 OK' });
    expect(stage.refusals).toEqual(Array.from({ length: 10 }, () => '401 /api/whoami'));
  });

  test('keeps calling while it is told to, and counts what came of it', async () => {
    const keep = stage.page.getByLabel('Keep calling');
    await keep.check();
    const row = (name: string): Locator =>
      stage.page.locator('.timeline li').filter({ hasText: name });
    await row('Ada').getByRole('img', { name: 'the last 2: 2 times 200' }).waitFor();
    await row('Nightly job').getByRole('img', { name: 'the last 2: 2 times 200' }).waitFor();
    await keep.uncheck();
    expect(await row('Grace').getByRole('img', { name: 'no calls yet' }).count()).toBe(1);
    expect(stage.refusals).toEqual([]);
  });

  test('tells aloud what changes, and keeps focus and choices while it does', async () => {
    await stage.issuer('authgear').getByLabel('How it fails').selectOption('HTTP 500');
    await stage.issuer('authgear').getByRole('button', { name: 'Pull the plug' }).focus();
    await stage.page.keyboard.press('Enter');
    await stage.issuer('authgear').getByRole('button', { name: 'Plug in again' }).waitFor();
    expect(await stage.page.locator(':focus').textContent()).toBe('Plug in again');
    await stage.moveOn('+10 minutes');
    await stage.page
      .getByRole('status')
      .filter({ hasText: 'The keys of Authgear are stale.' })
      .waitFor();
    expect(await stage.issuer('authgear').getByLabel('How it fails').inputValue()).toBe('500');
  });

  test('says so when the sample is gone', async () => {
    await sample.stop();
    await stage.page
      .getByRole('alert')
      .filter({ hasText: 'Is the sample still running?' })
      .waitFor();
    // Each look at it is one.
    expect(
      stage.complaints.filter((complaint) => !complaint.includes('ERR_CONNECTION_REFUSED')),
    ).toEqual([]);
    stage.complaints.length = 0;
  });

  test.each(['light', 'dark'] as const)('fits a narrow screen, %s', async (colorScheme) => {
    await stage.page.setViewportSize({ width: 400, height: 850 });
    await stage.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await stage.press('authgear', 'Pull the plug');
    await stage.moveOn('+1 hour');
    await stage.press('authpi', 'Rotate keys');
    await stage.call('the nightly job');
    await stage.call('the nightly job', '/api/people-only');
    expect(await stage.page.evaluate('document.documentElement.scrollWidth')).toBe(400);
    // What was asked for is in sight.
    const box = await stage.page.locator('#answer .status').boundingBox();
    expect(box?.y).toBeGreaterThan(0);
    expect((box?.y ?? Infinity) + (box?.height ?? 0)).toBeLessThanOrEqual(850);
    const [red] =
      /\d+/.exec(
        String(await stage.page.evaluate('getComputedStyle(document.body).backgroundColor')),
      ) ?? [];
    expect(Number(red) < 128).toBe(colorScheme === 'dark');
  });
});

describe('the terminal', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)(
    'ends cleanly by %s, in the middle of an outage too',
    async (signal) => {
      const sample = await SampleProcess.start('two-issuers');
      const control = (what: string, body: object): Promise<Response> =>
        fetch(`${sample.told('Page')}control/${what}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
      expect((await control('authgear/unplug', { kind: 'hang' })).status).toBe(200);
      // Under way when the signal comes.
      const refresh = control('authgear/refresh', {}).catch(() => undefined);
      expect(await sample.stop(signal)).toBe(0);
      await refresh;
      expect(sample.stderr).toBe('');
    },
  );

  test('names the port that is taken, in one line', async () => {
    const taken = await occupyPort();
    const result = await SampleProcess.fail('two-issuers', { PORT: String(taken.port) });
    await taken.release();
    expect(result).toEqual({
      code: 1,
      stdout: '',
      stderr: `Port ${taken.port} is taken. Set PORT to a free one.\n`,
    });
  });

  test.each(['eighty', '0', '65536'])('explains PORT=%s', async (port) => {
    const stderr = `PORT is "${port}", which is not a port. Set it to a number from 1 to 65535.\n`;
    expect(await SampleProcess.fail('two-issuers', { PORT: port })).toEqual({
      code: 1,
      stdout: '',
      stderr,
    });
  });

  test.each([
    ['tokens', { caller: 'mallory' }],
    ['tokens', { caller: 'toString' }],
    ['clock', { seconds: -60 }],
    ['authgear/unplug', { kind: 'drip' }],
    ['elsewhere/plug-in', {}],
  ])('the strings behind the page take nothing else: %s %j', async (what, body) => {
    const sample = await SampleProcess.start('two-issuers');
    const response = await fetch(`${sample.told('Page')}control/${what}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(400);
    expect(await sample.stop()).toBe(0);
  });
});
