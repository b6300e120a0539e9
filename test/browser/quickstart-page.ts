import type { BrowserContext, Locator, Page } from 'playwright-core';

export interface Answer {
  readonly status: string;
  readonly challenge: string | undefined;
  readonly body: Record<string, unknown>;
}

/**
 * The page as a person uses it: by its labels. Whatever a browser would complain about is
 * collected.
 */
export class QuickstartPage {
  /**
   * Errors of the console and of scripts. A refusal by the API is none: the browser reports every
   * status above 399.
   */
  complaints: string[] = [];

  private constructor(readonly page: Page) {
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      const refusal =
        message.text().startsWith('Failed to load resource') &&
        new URL(message.location().url).pathname.startsWith('/api/');
      if (['error', 'warning'].includes(message.type()) && !refusal)
        this.complaints.push(message.text());
    });
  }

  static async open(context: BrowserContext, url: string): Promise<QuickstartPage> {
    const page = new QuickstartPage(await context.newPage());
    await page.page.goto(url);
    return page;
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name });
  }

  /** Signs in from the page to the provider's and back. */
  async signIn(username: string, { anHourAgo = false } = {}): Promise<void> {
    await this.button('Sign in').click();
    if (anHourAgo) await this.page.getByLabel('an hour ago').check();
    await this.continueAs(username);
    await this.button('Sign out').waitFor();
  }

  async continueAs(username: string): Promise<void> {
    await this.button(`Continue as ${username}`).click();
  }

  async send(
    what:
      | 'My token'
      | 'No token'
      | 'A broken token'
      | 'An expired token'
      | 'A wrong audience'
      | 'My ID token',
  ): Promise<void> {
    await this.page.getByRole('radio', { name: what }).check();
  }

  async call(route: string): Promise<Answer> {
    await this.clearAnswer();
    await this.page.getByRole('button', { name: `Call ${route}`, exact: true }).click();
    return this.answer();
  }

  /** The answer that is shown, once there is one. */
  async answer(): Promise<Answer> {
    const answer = this.page.getByRole('status');
    const status = (await answer.locator('.status').textContent()) ?? '';
    const challenge = answer.locator('.challenge');
    return {
      status,
      challenge:
        (await challenge.count()) === 0 ? undefined : ((await challenge.textContent()) ?? ''),
      body: JSON.parse((await answer.locator('.body').textContent()) ?? '') as Record<
        string,
        unknown
      >,
    };
  }

  /** Presses what the page offers as a way out of a refusal. */
  async follow(offer: string): Promise<void> {
    await this.button(offer).click();
  }

  /** The claims of the access token, as the page shows them. */
  async claims(): Promise<Record<string, unknown>> {
    const text = await this.page.locator('details pre').textContent();
    return JSON.parse(text ?? '') as Record<string, unknown>;
  }

  /** Seconds since the user signed in, by the claims. */
  async authAge(): Promise<number> {
    return Date.now() / 1000 - Number((await this.claims())['auth_time']);
  }

  /** Takes one complaint away that belongs to what is tested; fails when there is none. */
  expectComplaint(text: string): void {
    const rest = this.complaints.filter((complaint) => !complaint.includes(text));
    if (rest.length !== this.complaints.length - 1)
      throw new Error(`Not exactly one complaint with "${text}": ${this.complaints.join('; ')}`);
    this.complaints = rest;
  }

  /** So that an answer of before is not taken for the one to come. */
  private async clearAnswer(): Promise<void> {
    await this.page.evaluate('document.querySelector("[role=status]").replaceChildren()');
  }
}
