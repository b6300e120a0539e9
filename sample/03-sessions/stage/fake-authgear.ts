import { TestClock, TestIssuer, type TestSession } from 'nestjs-authgear/testing';

const ADA = 'ada';

/** Half an hour, as Authgear's access tokens have. */
export const TOKEN_LIFETIME = 1800;

/** The time of day, for tokens and events. */
class RunningClock extends TestClock {
  override readonly now = Date.now;

  override get seconds(): number {
    return Date.now() / 1000;
  }
}

/** What a sign-in leaves in the browser. */
export interface SignedIn {
  readonly user: string;
  /** Value of the cookie `session`. */
  readonly cookie: string;
  readonly token: string;
}

/** An Authgear with one account: sessions, its resolver, its userinfo endpoint, and its webhooks, over real HTTP. */
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

  /** What an application finds in its environment. */
  get environment(): Record<string, string> {
    return {
      AUTHGEAR_ENDPOINT: this.issuer.issuer,
      AUTHGEAR_WEBHOOK_SECRET: this.issuer.webhooks.secret,
    };
  }

  get endpoint(): string {
    return this.issuer.issuer;
  }

  /** How often it was asked about a session. To look at its keys is no such question. */
  get questions(): { resolver: number; userinfo: number } {
    return {
      resolver: this.issuer.requestCount('/_resolver/resolve'),
      userinfo: this.issuer.requestCount('/oauth2/userinfo'),
    };
  }

  /** Opens a session, and gives a token that belongs to it. */
  signIn(): SignedIn {
    const session = this.issuer.openSession({ sub: ADA });
    const token = this.issuer.accessToken({ sub: ADA, expiresIn: TOKEN_LIFETIME });
    this.sessions.push({ session, token });
    return { user: ADA, cookie: session.cookies.session, token };
  }

  /** The account is disabled, or enabled again, from this moment on. Then the webhook is sent: once, as Authgear does it, or it gets lost. */
  async setDisabled(
    isDisabled: boolean,
    { isWebhookLost }: { isWebhookLost: boolean },
  ): Promise<void> {
    this.isDisabled = isDisabled;
    this.issuer.disableUser(ADA, isDisabled);
    if (isWebhookLost || this.isUnplugged) return;
    const { body, headers } = this.issuer.webhook(
      isDisabled ? 'user.disabled' : 'user.reenabled',
      ADA,
    );
    await fetch(this.webhookUrl, { method: 'POST', headers, body });
  }

  /** Ends all sessions, as from another device: cookie and token stay where they are, and stand for nothing. No webhook tells of it. */
  signOut(): void {
    for (const { session, token } of this.sessions.splice(0)) {
      this.issuer.endSession(session);
      this.issuer.revoke(token);
    }
  }

  /** Nobody can reach it, and its webhooks reach nobody. */
  setUnplugged(isUnplugged: boolean): void {
    this.isUnplugged = isUnplugged;
    if (isUnplugged) this.issuer.outage('reset');
    else this.issuer.recover();
  }

  close(): Promise<void> {
    return this.issuer.close();
  }
}
