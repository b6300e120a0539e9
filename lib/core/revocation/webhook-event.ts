import { AuthError } from '../errors.js';
import { printable } from '../printable.js';
import { isJsonObject, type JsonObject } from '../types.js';
import type { Period, RevocationRecord } from './revocation-record.js';

/** An event delivered by a webhook. */
export interface WebhookEvent {
  readonly id: string;
  readonly type: string;
  /** Its effect on a user's tokens; `undefined` if it has none. */
  readonly revocation: { readonly userId: string; readonly record: RevocationRecord } | undefined;
}

/**
 * The effect of each event type on a user's tokens (authgear-server `docs/specs/hook.md`,
 * `pkg/api/event/nonblocking`). The flags in the payload describe the user before the event. Only
 * `user.disabled` uses a flag, because this event also announces a planned disabling.
 *
 * `user.deletion_unscheduled` and `user.anonymization_unscheduled` have no effect: Authgear does
 * not restore the sessions that the scheduling ended.
 */
const effects: Readonly<Record<string, Effect>> = {
  'user.disabled': disable,
  'user.reenabled': ({ at, seq }) => ({
    notBefore: undefined,
    suspension: { at, seq, period: undefined },
  }),
  'user.deletion_scheduled': revoke,
  'user.anonymization_scheduled': revoke,
  'user.deleted': revoke,
  'user.anonymized': revoke,
};

interface EventFacts {
  /** Epoch seconds. */
  readonly at: number;
  readonly seq: number;
  readonly payload: JsonObject;
  readonly user: JsonObject;
}

type Effect = (facts: EventFacts) => RevocationRecord | undefined;

function disable({ at, seq, payload, user }: EventFacts): RevocationRecord | undefined {
  const notBefore = user['is_disabled'] === true ? at : undefined;
  const period = readPeriod(payload, user, at);
  const suspension = period && { at, seq, period };
  return notBefore === undefined && suspension === undefined
    ? undefined
    : { notBefore, suspension };
}

function revoke({ at }: EventFacts): RevocationRecord {
  return { notBefore: at, suspension: undefined };
}

/**
 * Reads the body of a webhook. Throws `webhook_malformed`. Other event types are valid and have no
 * effect. `now` is in epoch seconds. An event with a future timestamp is treated as an event from
 * now, because it must not revoke tokens that are issued later.
 */
export function readWebhookEvent(body: string, now: number): WebhookEvent {
  const event = parse(body);
  const { id, type } = event;
  if (typeof id !== 'string' || id === '' || typeof type !== 'string')
    throw malformed('it has no "id" or no "type"');
  const effect = Object.hasOwn(effects, type) ? effects[type] : undefined;
  return { id, type, revocation: effect && readRevocation(event, type, effect, now) };
}

function readRevocation(
  event: JsonObject,
  type: string,
  effect: Effect,
  now: number,
): WebhookEvent['revocation'] {
  const payload = member(event, 'payload');
  const user = member(payload, 'user');
  const { id: userId } = user;
  const { timestamp } = member(event, 'context');
  const { seq = 0 } = event;
  if (typeof userId !== 'string' || userId === '')
    throw malformed(`"${printable(type)}" has no "payload.user.id"`);
  if (!isFiniteNumber(timestamp) || !isFiniteNumber(seq))
    throw malformed(`"${printable(type)}" has no usable "context.timestamp" or "seq"`);
  const at = Math.min(timestamp, Math.floor(now));
  const record = effect({ at, seq, payload, user });
  return record && { userId, record };
}

/** Reads the period of a planned disabling from the payload or its user. */
function readPeriod(payload: JsonObject, user: JsonObject, at: number): Period | undefined {
  const given = { ...user, ...payload };
  const from = readTime(given['temporarily_disabled_from']);
  const until = readTime(given['temporarily_disabled_until']);
  if (from === undefined && until === undefined) return undefined;
  return { from: from ?? at, until };
}

/** Reads a time in RFC 3339 format, as Go writes it. Returns epoch seconds. */
function readTime(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  const time = typeof value === 'string' ? Date.parse(value) / 1000 : NaN;
  if (Number.isFinite(time)) return time;
  throw malformed('"user.disabled" has a period that is not a date');
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
