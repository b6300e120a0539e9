import { channel } from 'node:diagnostics_channel';
import type { AuthErrorCode } from '../core/errors.js';
import type { KeyHealth } from '../core/keys/freshness.js';
import type { KeyEvent } from '../core/keys/key-store.js';

/** What is published on the `node:diagnostics_channel` named `nestjs-authgear:keys`. */
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
      /** Failures in a row. */
      readonly failures: number;
      readonly state: KeyHealth;
    };

const keys = channel('nestjs-authgear:keys');

export function publishKeyEvent(event: KeyEvent): void {
  if (keys.hasSubscribers) keys.publish(toMessage(event));
}

function toMessage(event: KeyEvent): KeysMessage {
  const { issuer } = event;
  if (event.type === 'loaded') {
    return {
      type: 'loaded',
      issuer,
      kids: event.keySet.keys.flatMap(({ kid }) => kid ?? []),
      afterFailures: event.afterFailures,
    };
  }
  const { error, failures, health } = event;
  return {
    type: 'failed',
    issuer,
    code: error.code,
    reason: error.reason,
    failures,
    state: health,
  };
}
