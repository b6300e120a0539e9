import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { launchChromium } from './chromium.js';
import { occupyPort, SampleProcess } from './sample-process.js';

/** Seconds. Short, so that nobody has to wait for long. */
const CACHE_FOR = 2;
const MAX_STALENESS = 3;
/**
 * For a call four times a second, the way to Authgear and back, and a machine that has other things
 * to do.
 */
const SLACK = 1;

const names = {
  local: 'Local JWT',
  resolver: 'Resolver',
  webhooks: 'JWT + webhook',
  staleness: 'JWT + staleness',
} as const;
type Lane = keyof typeof names;
const lanes = Object.keys(names) as Lane[];

interface Verdict {
  readonly words: string;
  /** When it changed, in seconds since the press; `undefined` when it did not. */
  readonly after: number | undefined;
  /** Status and code of the refusal. */
  readonly told: string;
  /** Colours of the lane on the timeline, from left to right. */
  readonly colours: readonly string[];
  /** What the timeline is to those who do not see it. */
  readonly label: string;
}

/** The page as a person uses it: by its labels. */
class Stage {
  /** Errors of scripts, and whatever the console says but refusals of the protections. */
  readonly complaints: string[] = [];

  private constructor(readonly page: Page) {
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      // A browser reports every status above 399. That there are refusals is what this sample is
      // about.
      const isRefusal =
        message.text().startsWith('Failed to load resource: the server responded') &&
        message.location().url.endsWith('/account');
      if (['error', 'warning'].includes(message.type()) && !isRefusal)
        this.complaints.push(message.text());
    });
  }

  static async open(context: BrowserContext, url: string): Promise<Stage> {
    const stage = new Stage(await context.newPage());
    await stage.page.goto(url);
    return stage;
  }

  async press(button: string): Promise<void> {
    await this.page.getByRole('button', { name: button, exact: true }).click();
  }

  async signIn(): Promise<void> {
    await this.press('Sign in');
    await this.waitFor('let in', ...lanes);
  }

  lane(id: Lane): Locator {
    return this.page
      .getByRole('listitem')
      .filter({ has: this.page.getByRole('heading', { name: names[id], exact: true }) });
  }

  /** Waits until the lanes say that something changed to this; what does not come is a failure. */
  async waitFor(words: 'let in' | 'refused' | 'cannot tell', ...ids: Lane[]): Promise<void> {
    const changed = new RegExp(`^${words} after `);
    await Promise.all(
      ids.map((id) =>
        this.lane(id).locator('.verdict strong').filter({ hasText: changed }).waitFor(),
      ),
    );
  }

  async verdict(id: Lane): Promise<Verdict> {
    const lane = this.lane(id);
    const words = (await lane.locator('.verdict strong').textContent()) ?? '';
    const after = /after (\d+\.\d) s$/.exec(words)?.[1];
    const colours = await lane
      .locator('.segment')
      .evaluateAll((segments) =>
        segments.map(({ className }) => className.replace('segment ', '')),
      );
    return {
      words: words.replace(/ after .*/, ''),
      after: after === undefined ? undefined : Number(after),
      told: (await lane.locator('.verdict code').textContent()) ?? '',
      colours,
      label: (await lane.getByRole('img').getAttribute('aria-label')) ?? '',
    };
  }

  /** Waits until the latest row of the measurements has a cell like this for each lane. */
  async waitForRow(title: string, cells: Readonly<Record<Lane, string | RegExp>>): Promise<void> {
    const row = this.page.getByRole('table').getByRole('row').nth(1);
    await row.getByRole('rowheader', { name: title, exact: true }).waitFor();
    for (const [index, id] of lanes.entries())
      await row.getByRole('cell').nth(index).filter({ hasText: cells[id] }).waitFor();
  }

  async cookies(): Promise<{ name: string; httpOnly: boolean; sameSite: string }[]> {
    return (await this.page.context().cookies()).map(({ name, httpOnly, sameSite }) => ({
      name,
      httpOnly,
      sameSite,
    }));
  }
}

const measured = (code: string): RegExp => new RegExp(`^\\d+\\.\\d s${code}$`);
const refused = (told: string) => ({ words: 'refused', told, colours: ['good', 'refused'] });
const untouched = {
  words: 'still let in',
  after: undefined,
  told: '',
  colours: ['good'],
  label: 'let in',
};

describe('the page', () => {
  let browser: Browser;
  let context: BrowserContext;
  let sample: SampleProcess;
  let stage: Stage;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  beforeEach(async () => {
    sample = await SampleProcess.start('sessions', {
      CACHE_FOR: String(CACHE_FOR),
      MAX_STALENESS: String(MAX_STALENESS),
    });
    context = await browser.newContext({ viewport: { width: 1280, height: 1000 } });
    context.setDefaultTimeout(15_000);
    stage = await Stage.open(context, sample.told('Page'));
  });
  afterEach(async () => {
    await context.close();
    expect(await sample.stop()).toBe(0);
    expect(stage.complaints).toEqual([]);
  });

  test('signs in by cookie and by token, and every protection lets the person in', async () => {
    expect(await stage.page.getByRole('button', { name: 'Disable the account' }).isDisabled()).toBe(
      true,
    );
    await stage.signIn();
    expect(await stage.cookies()).toEqual([{ name: 'session', httpOnly: true, sameSite: 'Lax' }]);
    expect(await stage.page.evaluate('document.cookie')).toBe('');
    await stage.page.getByText('signed in', { exact: true }).waitFor();
    for (const id of lanes)
      expect(await stage.verdict(id)).toMatchObject({ words: 'let in', colours: ['good'] });
    expect(await stage.lane('resolver').locator('.chip').textContent()).toBe(
      `resolver: { cookies: true, cacheFor: '${CACHE_FOR}s' }`,
    );
    expect(await stage.lane('staleness').locator('.chip').textContent()).toBe(
      `@MaxStaleness('${MAX_STALENESS}s')`,
    );
  });

  test('asks Authgear about the session now and then, and for JWTs alone never', async () => {
    await stage.signIn();
    const rates = new Map<Lane, { asked: number; called: number }>();
    for (const id of lanes) {
      const text =
        (await stage
          .lane(id)
          .getByText(/questions to Authgear a minute/)
          .textContent()) ?? '';
      const [, asked, called] =
        /^(\d+) questions to Authgear a minute, for (\d+) calls$/.exec(text) ?? [];
      rates.set(id, { asked: Number(asked), called: Number(called) });
    }
    expect([rates.get('local')?.asked, rates.get('webhooks')?.asked]).toEqual([0, 0]);
    for (const [id, limit] of [
      ['resolver', CACHE_FOR],
      ['staleness', MAX_STALENESS],
    ] as const) {
      const { asked = 0, called = 0 } = rates.get(id) ?? {};
      // Once in half the time: an answer is renewed in the background before it is too old.
      expect(asked).toBeGreaterThan(0);
      expect(asked).toBeLessThanOrEqual((60 / limit) * 2 + 40);
      expect(called).toBeGreaterThan(asked);
    }
  });

  test('each of the three notices a disabled account in time, a JWT alone does not', async () => {
    await stage.signIn();
    await stage.press('Disable the account');
    await stage.waitFor('refused', 'webhooks', 'resolver', 'staleness');
    const [local, resolver, webhooks, staleness] = await Promise.all(
      lanes.map((id) => stage.verdict(id)),
    );
    expect(webhooks).toMatchObject(refused('401 token_revoked'));
    expect(webhooks?.after).toBeLessThan(1);
    expect(resolver).toMatchObject(refused('401 session_invalid'));
    expect(resolver?.after).toBeLessThanOrEqual(CACHE_FOR + SLACK);
    expect(staleness).toMatchObject(refused('401 token_revoked'));
    expect(staleness?.after).toBeLessThanOrEqual(MAX_STALENESS + SLACK);
    expect(staleness?.label).toBe(
      `let in, then refused after ${staleness?.after?.toFixed(1)} s with 401 token_revoked`,
    );
    expect(local).toEqual(untouched);
    await stage.page.getByText('disabled', { exact: true }).waitFor();
    await stage.waitForRow('Account disabled', {
      local: 'not noticed',
      resolver: measured('401 session_invalid'),
      webhooks: measured('401 token_revoked'),
      staleness: measured('401 token_revoked'),
    });
    expect(await stage.verdict('local')).toEqual(untouched);

    // Authgear lets nobody in either.
    await stage.press('Sign in again');
    await stage.page.getByRole('alert').filter({ hasText: 'disabled account' }).waitFor();
    stage.complaints
      .splice(0)
      .forEach((complaint) => expect(complaint).toContain('409 (Conflict)'));

    // The sessions of before stay dead.
    await stage.press('Enable the account');
    await stage.page.getByText('signed in', { exact: true }).waitFor();
    await stage.press('Sign in again');
    await stage.waitFor('let in', 'webhooks', 'resolver', 'staleness');
    for (const id of ['webhooks', 'resolver', 'staleness'] as const) {
      const { after, colours } = await stage.verdict(id);
      expect(colours).toEqual(['refused', 'good']);
      // Nothing but good answers is kept, so nobody has to wait for bad ones to be forgotten.
      expect(after).toBeLessThan(1);
    }
    expect(await stage.verdict('local')).toEqual(untouched);
  });

  test('a lost webhook affects only the webhook lane, which stays green', async () => {
    await stage.signIn();
    await stage.page.getByLabel('The webhook gets lost').check();
    await stage.press('Disable the account');
    await stage.waitFor('refused', 'resolver', 'staleness');
    await stage.waitForRow('Account disabled, webhook lost', {
      local: 'not noticed',
      resolver: measured('401 session_invalid'),
      webhooks: 'not noticed',
      staleness: measured('401 token_revoked'),
    });
    expect(await stage.verdict('webhooks')).toEqual(untouched);
    await stage.page.getByLabel('The webhook gets lost').uncheck();
    await stage.press('Enable the account');
    await stage.page.getByText('signed in', { exact: true }).waitFor();
    await stage.press('Sign in again');
    await stage.waitFor('let in', 'resolver', 'staleness');
    expect(await stage.verdict('webhooks')).toEqual(untouched);
  });

  test('only resolver and staleness notice a sign-out, because it causes no webhook', async () => {
    await stage.signIn();
    await stage.press('Sign out from another device');
    await stage.waitFor('refused', 'resolver', 'staleness');
    const resolver = await stage.verdict('resolver');
    expect(resolver).toMatchObject(refused('401 session_invalid'));
    expect(resolver.after).toBeLessThanOrEqual(CACHE_FOR + SLACK);
    const staleness = await stage.verdict('staleness');
    expect(staleness).toMatchObject(refused('401 token_revoked'));
    expect(staleness.after).toBeLessThanOrEqual(MAX_STALENESS + SLACK);
    await stage.waitForRow('Signed out from another device', {
      local: 'not noticed',
      resolver: measured('401 session_invalid'),
      webhooks: 'not noticed',
      staleness: measured('401 token_revoked'),
    });
    for (const id of ['local', 'webhooks'] as const)
      expect(await stage.verdict(id)).toEqual(untouched);
    // Authgear's order to take the bad cookie away went on to the browser.
    expect(await stage.cookies()).toEqual([]);

    await stage.press('Sign in again');
    await stage.waitFor('let in', 'resolver', 'staleness');
    expect(await stage.cookies()).toHaveLength(1);
  });

  test('while Authgear is down, whoever has to ask cannot tell, and says so by 503', async () => {
    await stage.signIn();
    await stage.press('Unplug Authgear');
    await stage.waitFor('cannot tell', 'resolver', 'staleness');
    for (const [id, limit] of [
      ['resolver', CACHE_FOR],
      ['staleness', MAX_STALENESS],
    ] as const) {
      const verdict = await stage.verdict(id);
      expect(verdict).toMatchObject({
        told: '503 session_unconfirmed',
        colours: ['good', 'unknown'],
      });
      // What was confirmed before holds as long as it would have.
      expect(verdict.after).toBeLessThanOrEqual(limit + SLACK);
    }
    for (const id of ['local', 'webhooks'] as const)
      expect(await stage.verdict(id)).toEqual(untouched);
    await stage.press('Plug Authgear in');
    await stage.waitFor('let in', 'resolver', 'staleness');
  });

  test('is told aloud, and worked by keyboard', async () => {
    await stage.signIn();
    await stage.page.getByRole('button', { name: 'Sign in again' }).focus();
    await stage.page.keyboard.press('Tab');
    await stage.page.keyboard.press('Enter');
    await stage.page
      .getByRole('status')
      .filter({ hasText: 'JWT + webhook: refused after' })
      .waitFor();
    expect(await stage.page.locator(':focus').textContent()).toBe('Enable the account');
    await stage.page.getByRole('status').filter({ hasText: 'refused after' }).waitFor();
    await stage.page.keyboard.press('Enter');
    await stage.page.getByText('signed in', { exact: true }).waitFor();
    expect(await stage.page.locator(':focus').textContent()).toBe('Disable the account');
  });

  test('says so when the sample is gone', async () => {
    await stage.signIn();
    await sample.stop();
    await stage.page
      .getByRole('alert')
      .filter({ hasText: 'Is the sample still running?' })
      .waitFor();
    // Each call is one.
    expect(
      stage.complaints.filter(
        (complaint) => !/ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE)/.test(complaint),
      ),
    ).toEqual([]);
    await stage.page.close();
    stage.complaints.length = 0;
  });

  test.each(['light', 'dark'] as const)('fits a narrow screen, %s', async (colorScheme) => {
    await stage.page.setViewportSize({ width: 400, height: 850 });
    await stage.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await stage.signIn();
    await stage.press('Disable the account');
    await stage.waitFor('refused', 'webhooks');
    await stage.waitForRow('Account disabled', {
      local: '',
      resolver: '',
      webhooks: measured('401 token_revoked'),
      staleness: '',
    });
    expect(await stage.page.evaluate('document.documentElement.scrollWidth')).toBe(400);
    const [red] =
      /\d+/.exec(
        String(await stage.page.evaluate('getComputedStyle(document.body).backgroundColor')),
      ) ?? [];
    expect(Number(red) < 128).toBe(colorScheme === 'dark');
  });
});

describe('the terminal', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('ends cleanly by %s', async (signal) => {
    const sample = await SampleProcess.start('sessions');
    expect(sample.stdout).toContain('cacheFor 5 s, @MaxStaleness 10 s');
    // An open connection, as a browser leaves one.
    await fetch(sample.told('Page'));
    expect(await sample.stop(signal)).toBe(0);
    expect(sample.stderr).toBe('');
  });

  test('names the port that is taken, in one line', async () => {
    const taken = await occupyPort();
    const result = await SampleProcess.fail('sessions', { PORT: String(taken.port) });
    await taken.release();
    expect(result).toEqual({
      code: 1,
      stdout: '',
      stderr: `Port ${taken.port} is taken. Set PORT to a free one.\n`,
    });
  });

  test.each([
    [
      { PORT: 'eighty' },
      'PORT is "eighty", which is not a port. Set it to a number from 1 to 65535.\n',
    ],
    [{ CACHE_FOR: '5s' }, 'CACHE_FOR is "5s". Set it to whole seconds, from 1 to 60.\n'],
    [{ MAX_STALENESS: '61' }, 'MAX_STALENESS is "61". Set it to whole seconds, from 1 to 60.\n'],
  ])('explains %j', async (env, stderr) => {
    expect(await SampleProcess.fail('sessions', { ...env })).toEqual({
      code: 1,
      stdout: '',
      stderr,
    });
  });

  test('takes nothing that Authgear did not sign', async () => {
    const sample = await SampleProcess.start('sessions');
    const post = async (path: string, body: object): Promise<number> => {
      const headers = {
        'content-type': 'application/json',
        'x-authgear-body-signature': '0'.repeat(64),
      };
      return (
        await fetch(sample.told('Page') + path, {
          method: 'POST',
          headers,
          body: JSON.stringify(body),
        })
      ).status;
    };
    expect(await post('webhooks/authgear/events', { id: '1', type: 'user.disabled' })).toBe(403);
    expect(await post('stage/disabled', { value: 'yes' })).toBe(400);
    expect(await sample.stop()).toBe(0);
  });
});
