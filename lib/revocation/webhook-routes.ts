import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { WebhookReceiver, type WebhookRequest } from './webhook-receiver.js';
import { AuthError } from '../core/errors.js';
import type { IssuerRules } from '../options/resolve-issuer.js';
import type { WebhookRules } from '../options/resolve-sessions.js';
import { RESOLVED_OPTIONS } from '../options/tokens.js';
import { listedIssuers, type ResolvedOptions } from '../options/resolve.js';
import { RefusalLog } from '../observability/refusal-log.js';
import { toHttpException } from '../transports/http.js';
import { watchRawBody } from './raw-body.js';

const NO_RAW_BODY =
  'AuthgearModule cannot start: "webhooks" needs the raw body to check the signature, and NestJS ' +
  'does not keep it. Enable it: NestFactory.create(AppModule, { rawBody: true })';

/**
 * Registers a route for each issuer's webhooks on the HTTP adapter. The application's guards, pipes
 * and global prefix do not apply to it.
 */
@Injectable()
export class WebhookRoutes implements OnModuleInit {
  private readonly isRawBodyKept: () => boolean | undefined;
  private isMounted = false;
  private readonly issuers: readonly (IssuerRules & { readonly webhooks: WebhookRules })[];

  constructor(
    @Inject(RESOLVED_OPTIONS) options: ResolvedOptions,
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(WebhookReceiver) private readonly receiver: WebhookReceiver,
    @Inject(RefusalLog) private readonly log: RefusalLog,
  ) {
    this.issuers = listedIssuers(options).filter(
      (issuer): issuer is (typeof this.issuers)[number] => issuer.webhooks !== undefined,
    );
    this.isRawBodyKept =
      this.issuers.length === 0 ? () => undefined : watchRawBody(host, () => this.mountAll());
  }

  onModuleInit(): void {
    if (!this.isMounted) this.mountAll();
  }

  /** Runs before the application's routes exist: a catch-all route would take the events. */
  private mountAll(): void {
    this.isMounted = true;
    for (const { issuer, webhooks } of this.issuers) this.mount(issuer, webhooks);
  }

  private mount(issuer: string, rules: WebhookRules): void {
    const { httpAdapter } = this.host;
    // Without HTTP, another application that shares the store receives the webhooks.
    if (httpAdapter === undefined || httpAdapter === null) return;
    if (this.isRawBodyKept() === false) throw new AuthError('configuration_invalid', NO_RAW_BODY);
    httpAdapter.post(rules.path, (request: WebhookRequest, response: unknown) =>
      this.answer(request, response, issuer, rules),
    );
  }

  private async answer(
    request: WebhookRequest,
    response: unknown,
    issuer: string,
    rules: WebhookRules,
  ): Promise<void> {
    const { httpAdapter } = this.host;
    try {
      await this.receiver.receive(request, issuer, rules);
      httpAdapter.reply(response, undefined, 204);
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      this.log.write(error);
      const exception = toHttpException(error);
      httpAdapter.setHeader(response, 'Cache-Control', 'no-store');
      httpAdapter.reply(response, exception.getResponse(), exception.getStatus());
    }
  }
}
