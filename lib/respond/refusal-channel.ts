import { channel } from 'node:diagnostics_channel';
import type { AuthError, AuthErrorCode, RefusalKind } from '../core/errors.js';

/**
 * What is published on the `node:diagnostics_channel` named `nestjs-authgear:refused`, for every
 * refusal: no token, and nothing personal.
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

const refused = channel('nestjs-authgear:refused');

export function publishRefusal({ code, kind, reason, facts }: AuthError, route?: string): void {
  if (!refused.hasSubscribers) return;
  refused.publish({
    code,
    kind,
    reason,
    ...(route === undefined ? {} : { route }),
    ...facts,
  } satisfies RefusedMessage);
}
