import { TestClock, TestIssuer, type TestSession } from 'nestjs-authgear/testing';

const ADA = 'ada';

/** 30 minutes, as in Authgear. */
export const TOKEN_LIFETIME = 1800;

/** The system clock, for tokens and events. */
class RunningClock extends TestClock {
  override readonly now = Date.now;

  override get seconds(): number {
    return Date.now() / 1000;
  }
}

/** The result of a sign-in, which the browser keeps. */
export interface SignedIn {
  readonly user: string;
  /** The value of the cookie `session`. */
  readonly cookie: string;
  readonly token: string;
}

/** A fake Authgear with one account: sessions, resolver, userinfo and webhooks, over HTTP. */
export class FakeAuthgear {
  private readonly sessions: { readonly session: TestSession; readonly token: string }[] = [];
  isDisabled = false;
  isUnplugged = false;

  private constructor(
    private readonly issuer: TestIssuer,
    private readonly webhookUrl: string,
  ) {}

  static async listen(webhookUrl: string): Promise<FakeAuthgear> {
    return new FakeAuthgear(await TestIssuer.listen({ clock: new RunningClock() }), webhookUrl);
  }

  /** The environment of the applications. */
  get environment(): Record<string, string> {
    return {
      AUTHGEAR_ENDPOINT: this.issuer.issuer,
      AUTHGEAR_WEBHOOK_SECRET: this.issuer.webhooks.secret,
    };
  }

  get endpoint(): string {
    return this.issuer.issuer;
  }

  /** The number of requests about a session. Key fetches do not count. */
  get questions(): { resolver: number; userinfo: number } {
    return {
      resolver: this.issuer.requestCount('/_resolver/resolve'),
      userinfo: this.issuer.requestCount('/oauth2/userinfo'),
    };
  }

  /** Opens a session and issues a token of this session. */
  signIn(): SignedIn {
    const session = this.issuer.openSession({ sub: ADA });
    const token = this.issuer.accessToken({ sub: ADA, expiresIn: TOKEN_LIFETIME });
    this.sessions.push({ session, token });
    return { user: ADA, cookie: session.cookies.session, token };
  }

  /**
   * Disables or enables the account, then sends the webhook once, as Authgear does, or drops it.
   */
  async setDisabled(
    isDisabled: boolean,
    { isWebhookLost }: { isWebhookLost: boolean },
  ): Promise<void> {
    this.isDisabled = isDisabled;
    this.issuer.disableUser(ADA, isDisabled);
    // Sessions of a disabled user stay dead: an enabled user has to sign in again.
    if (!isDisabled) this.signOut();
    if (isWebhookLost || this.isUnplugged) return;
    const { body, headers } = this.issuer.webhook(
      isDisabled ? 'user.disabled' : 'user.reenabled',
      ADA,
    );
    await fetch(this.webhookUrl, { method: 'POST', headers, body });
  }

  /**
   * Ends all sessions, as from another device. The browser keeps cookie and token. No webhook is
   * sent.
   */
  signOut(): void {
    for (const { session, token } of this.sessions.splice(0)) {
      this.issuer.endSession(session);
      this.issuer.revoke(token);
    }
  }

  /** While it is unplugged, it answers no request and sends no webhook. */
  setUnplugged(isUnplugged: boolean): void {
    this.isUnplugged = isUnplugged;
    if (isUnplugged) this.issuer.outage('reset');
    else this.issuer.recover();
  }

  close(): Promise<void> {
    return this.issuer.close();
  }
}
