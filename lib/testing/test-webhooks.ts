import { createHmac } from 'node:crypto';

/** The fields of an event that a test can set. */
export interface WebhookEventFields {
  /** @default a new id for each event */
  readonly id?: string;
  /** @default increases with each event */
  readonly seq?: number;
  /**
   * Epoch seconds.
   * @default now
   */
  readonly timestamp?: number;
  /** Members of `payload.user`, such as `is_disabled`. */
  readonly user?: Readonly<Record<string, unknown>>;
  /** Members of `payload` beside `user`, such as `temporarily_disabled_from`. */
  readonly payload?: Readonly<Record<string, unknown>>;
}

/** A webhook request. POST it to the webhook route. */
export interface WebhookDelivery {
  readonly body: string;
  readonly headers: {
    readonly 'content-type': string;
    readonly 'x-authgear-body-signature': string;
  };
}

/**
 * Creates events as Authgear sends them (authgear-server `docs/specs/hook.md`), signed with its
 * secret.
 */
export class TestWebhooks {
  /** The secret in the format of the portal: 32 characters. */
  readonly secret = 'nWLW3GxHNzS3wh1t2ejDrMwAJxQ4W7bK';
  private seq = 434;

  event(
    type: string,
    sub: string,
    fields: WebhookEventFields,
    now: number,
    isDisabled: boolean,
  ): WebhookDelivery {
    this.seq += 1;
    const {
      seq = this.seq,
      id = seq.toString(16).padStart(16, '0'),
      timestamp = now,
      user,
      payload,
    } = fields;
    return this.sign(
      JSON.stringify({
        id,
        seq,
        type,
        payload: {
          user: {
            id: sub,
            is_disabled: isDisabled,
            is_deactivated: false,
            is_anonymized: false,
            roles: [],
            groups: [],
            ...user,
          },
          ...payload,
        },
        context: {
          timestamp,
          user_id: sub,
          triggered_by: 'admin_api',
          app_id: 'my-project',
          audit_context: {},
        },
      }),
    );
  }

  /** Returns a signed request with any body. */
  sign(body: string): WebhookDelivery {
    const signature = createHmac('sha256', this.secret).update(body).digest('hex');
    return {
      body,
      headers: { 'content-type': 'application/json', 'x-authgear-body-signature': signature },
    };
  }
}
