import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { AuthError } from '../core/errors.js';
import { headerValue } from '../core/headers.js';
import type { ResolvedOptions } from '../options/resolve.js';
import type { WebhookRules } from '../options/resolve-sessions.js';
import { RESOLVED_OPTIONS } from '../options/tokens.js';
import { readWebhookEvent } from '../core/revocation/webhook-event.js';
import { checkWebhookSignature, SIGNATURE_HEADER } from '../core/revocation/webhook-signature.js';
import type { HttpRequest } from '../transports/transport.js';
import { Revocations } from './revocations.js';

const MAX_SEEN = 10_000;

/** A request with its raw body. */
export interface WebhookRequest extends HttpRequest {
  readonly rawBody?: Uint8Array;
}

/**
 * Receives the events of an issuer. Events may arrive late, more than once and in any order.
 */
@Injectable()
export class WebhookReceiver {
  private readonly seen = new LRUCache<string, true>({ max: MAX_SEEN });

  constructor(
    @Inject(Revocations) private readonly revocations: Revocations,
    @Inject(RESOLVED_OPTIONS) private readonly options: Pick<ResolvedOptions, 'clock'>,
  ) {}

  /** Rejects with `webhook_signature_invalid` or `webhook_malformed`. */
  async receive(request: WebhookRequest, issuer: string, { key }: WebhookRules): Promise<void> {
    const { rawBody } = request;
    if (rawBody === undefined)
      throw new AuthError(
        'webhook_malformed',
        'the request has no raw body: its type is not "application/json", or the application ' +
          'parses bodies itself and does not keep "rawBody"',
      );
    const signature = headerValue(request, SIGNATURE_HEADER);
    checkWebhookSignature(rawBody, signature, key);
    const now = this.options.clock() / 1000;
    const { id, revocation } = readWebhookEvent(Buffer.from(rawBody).toString('utf8'), now);
    // The signature identifies the content: two events with one id may differ.
    const name = `${issuer} ${id} ${signature}`;
    if (this.seen.has(name)) return;
    if (revocation !== undefined)
      await this.revocations.apply(issuer, revocation.userId, revocation.record);
    this.seen.set(name, true);
  }
}
