import { channel } from 'node:diagnostics_channel';
import type { AuthError } from '../core/errors.js';

/** What is published on the `node:diagnostics_channel` named `nestjs-authgear:refused`, for every refusal: no token, and nothing personal. */
export interface RefusedMessage {
  readonly code: string;
  readonly kind: string;
  readonly reason: string;
  readonly iss?: string;
  readonly aud?: string;
  readonly kid?: string;
  readonly clientId?: string;
}

const refused = channel('nestjs-authgear:refused');

export function publishRefusal({ code, kind, reason, facts }: AuthError): void {
  if (refused.hasSubscribers) refused.publish({ code, kind, reason, ...facts } satisfies RefusedMessage);
}
