import { channel } from 'node:diagnostics_channel';
import type { AuthErrorCode, RefusalKind } from '../core/error-codes.js';
import type { AuthError } from '../core/errors.js';
import type { KeyHealth } from '../core/keys/freshness.js';
import type { KeyEvent } from '../core/keys/key-store.js';

/**
 * A message on the `node:diagnostics_channel` named `nestjs-authgear:refused`. Every refusal
 * publishes one. It contains no token and no personal data.
 */
export interface RefusedMessage {
  readonly code: AuthErrorCode;
  readonly kind: RefusalKind;
  readonly reason: string;
  /** Class and method of the handler, such as `ReportsController.list`; absent for webhooks. */
  readonly route?: string;
  readonly iss?: string;
  readonly aud?: string;
  readonly kid?: string;
  readonly clientId?: string;
}

/** A message on the `node:diagnostics_channel` named `nestjs-authgear:keys`. */
export type KeysMessage =
  | {
      readonly type: 'loaded';
      readonly issuer: string;
      readonly kids: readonly string[];
      readonly afterFailures: number;
    }
  | {
      readonly type: 'failed';
      readonly issuer: string;
      readonly code: AuthErrorCode;
      readonly reason: string;
      /** Consecutive failures. */
      readonly failures: number;
      readonly state: KeyHealth;
    };

const refused = channel('nestjs-authgear:refused');
const keys = channel('nestjs-authgear:keys');

export function publishRefusal({ code, kind, reason, facts }: AuthError, route?: string): void {
  if (!refused.hasSubscribers) return;
  const place = route === undefined ? {} : { route };
  refused.publish({ code, kind, reason, ...place, ...facts } satisfies RefusedMessage);
}

export function publishKeyEvent(event: KeyEvent): void {
  if (keys.hasSubscribers) keys.publish(toMessage(event));
}

function toMessage(event: KeyEvent): KeysMessage {
  const { issuer } = event;
  if (event.type === 'failed') {
    const { error, failures, health } = event;
    const { code, reason } = error;
    return { type: 'failed', issuer, code, reason, failures, state: health };
  }
  const kids = event.keySet.keys.flatMap(({ kid }) => kid ?? []);
  return { type: 'loaded', issuer, kids, afterFailures: event.afterFailures };
}
