import { AuthError } from '../errors.js';
import { printable } from '../printable.js';
import { isJsonObject, type JsonObject } from '../types.js';
import type { RevocationRecord } from './revocation-record.js';

/** An event delivered by a webhook. */
export interface WebhookEvent {
  readonly id: string;
  readonly type: string;
  /** Its effect on a user's tokens; `undefined` when it has none. */
  readonly revocation: { readonly userId: string; readonly mark: RevocationRecord } | undefined;
}

/**
 * The effect of each event type on a user's tokens (authgear-server `docs/specs/hook.md`,
 * `pkg/api/event/nonblocking`).
 */
const meanings: Readonly<Record<string, 'revokes' | 'ends' | 'lifts'>> = {
  'user.disabled': 'revokes',
  'user.deletion_scheduled': 'revokes',
  'user.anonymization_scheduled': 'revokes',
  'user.deleted': 'ends',
  'user.anonymized': 'ends',
  'user.reenabled': 'lifts',
  'user.deletion_unscheduled': 'lifts',
  'user.anonymization_unscheduled': 'lifts',
};

/**
 * Reads the body of a webhook. Throws `webhook_malformed`. Other event types are valid, and have no
 * effect.
 */
export function readWebhookEvent(body: string): WebhookEvent {
  const event = parse(body);
  const { id, type } = event;
  if (typeof id !== 'string' || id === '' || typeof type !== 'string')
    throw malformed('it has no "id" or no "type"');
  const meaning = Object.hasOwn(meanings, type) ? meanings[type] : undefined;
  return { id, type, revocation: meaning && readRevocation(event, type, meaning) };
}

function readRevocation(
  event: JsonObject,
  type: string,
  meaning: 'revokes' | 'ends' | 'lifts',
): WebhookEvent['revocation'] {
  const user = member(event, 'payload', 'user');
  const context = member(event, 'context');
  const { id: userId, is_disabled: isDisabled } = user;
  const { timestamp } = context;
  const { seq = 0 } = event;
  if (typeof userId !== 'string' || userId === '')
    throw malformed(`"${printable(type)}" has no "payload.user.id"`);
  if (!isFiniteNumber(timestamp) || !isFiniteNumber(seq))
    throw malformed(`"${printable(type)}" has no usable "context.timestamp" or "seq"`);
  if (meaning === 'ends') return { userId, mark: { latest: undefined, endedAt: timestamp } };
  // Authgear also sends this event when it schedules a user to be disabled later.
  if (type === 'user.disabled' && isDisabled !== true) return undefined;
  // The user may still be disabled for another reason, for example after a canceled deletion.
  if (meaning === 'lifts' && isDisabled !== false) return undefined;
  return {
    userId,
    mark: {
      latest: { at: timestamp, seq, notBefore: meaning === 'revokes' ? timestamp : undefined },
      endedAt: undefined,
    },
  };
}

function parse(body: string): JsonObject {
  try {
    const event: unknown = JSON.parse(body);
    if (isJsonObject(event)) return event;
  } catch {
    // The parser's error message would quote the body.
  }
  throw malformed('the body is not a JSON object');
}

function member(object: JsonObject, ...path: string[]): JsonObject {
  return path.reduce<JsonObject>(
    (value, name) => (isJsonObject(value[name]) ? value[name] : {}),
    object,
  );
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function malformed(reason: string): AuthError {
  return new AuthError('webhook_malformed', reason);
}
