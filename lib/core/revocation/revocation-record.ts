/** A time span in which a user's tokens are refused. Times are epoch seconds. */
export interface Period {
  readonly from: number;
  /** The first moment after the period; `undefined` when it has no end. */
  readonly until: number | undefined;
}

/** The latest event about a planned disabling. */
interface Suspension {
  /** Epoch seconds. */
  readonly at: number;
  /** Orders events that have the same timestamp. */
  readonly seq: number;
  /** `undefined` if no disabling is planned, or the plan was canceled. */
  readonly period: Period | undefined;
}

/**
 * The revocation state of a user's tokens. Records are merged, never replaced, so events may
 * arrive in any order and more than once.
 */
export interface RevocationRecord {
  /** Tokens issued at or before this time (epoch seconds) are revoked permanently. */
  readonly notBefore: number | undefined;
  /** A period in which tokens are refused. They are valid again afterwards. */
  readonly suspension: Suspension | undefined;
}

export const emptyRecord: RevocationRecord = { notBefore: undefined, suspension: undefined };

/** Merges two records. The operation is commutative, associative and idempotent. */
export function merge(one: RevocationRecord, other: RevocationRecord): RevocationRecord {
  return {
    notBefore: greatest(one.notBefore, other.notBefore),
    suspension: later(one.suspension, other.suspension),
  };
}

/** Whether a token issued at `issuedAt` (epoch seconds) is revoked permanently. */
export function isRevoked({ notBefore }: RevocationRecord, issuedAt: number): boolean {
  return notBefore !== undefined && issuedAt <= notBefore;
}

/** Whether tokens are refused at this moment (epoch seconds). */
export function isSuspended({ suspension }: RevocationRecord, now: number): boolean {
  const period = suspension?.period;
  return period !== undefined && period.from <= now && now < (period.until ?? Infinity);
}

/**
 * Returns when the record no longer matters, in epoch seconds. `lifetime` is the longest lifetime
 * of a token in seconds: after it, every token that the record refuses has expired. An event that
 * is delivered twice must still find the record of the event that replaced it.
 */
export function endOf({ notBefore, suspension }: RevocationRecord, lifetime: number): number {
  const { from = 0, until = Infinity } = suspension?.period ?? {};
  return Math.max(
    (notBefore ?? 0) + lifetime,
    (suspension?.at ?? 0) + lifetime,
    Math.min(until, from + lifetime),
  );
}

export function isSameRecord(one: RevocationRecord, other: RevocationRecord): boolean {
  return writeRecord(one) === writeRecord(other);
}

/** Serializes a record for a shared store. */
export function writeRecord({ notBefore, suspension }: RevocationRecord): string {
  return JSON.stringify([
    notBefore ?? null,
    suspension === undefined
      ? null
      : [suspension.at, suspension.seq, writePeriod(suspension.period)],
  ]);
}

function writePeriod(period: Period | undefined): unknown {
  return period === undefined ? null : [period.from, period.until ?? null];
}

/** Parses the output of {@link writeRecord}. Returns `undefined` for anything else. */
export function readRecord(text: unknown): RevocationRecord | undefined {
  const parsed = parse(text);
  if (!Array.isArray(parsed) || parsed.length !== 2) return undefined;
  const [notBefore, given] = parsed as unknown[];
  const suspension = given === null ? undefined : readSuspension(given);
  if (!isTimeOrNull(notBefore) || (given !== null && suspension === undefined)) return undefined;
  return { notBefore: notBefore ?? undefined, suspension };
}

function parse(text: unknown): unknown {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readSuspension(value: unknown): Suspension | undefined {
  if (!Array.isArray(value)) return undefined;
  const [at, seq, given] = value as unknown[];
  const period = given === null ? undefined : readPeriod(given);
  if (!isTime(at) || !isTime(seq) || (given !== null && period === undefined)) return undefined;
  return { at, seq, period };
}

function readPeriod(value: unknown): Period | undefined {
  if (!Array.isArray(value)) return undefined;
  const [from, until] = value as unknown[];
  return isTime(from) && isTimeOrNull(until) ? { from, until: until ?? undefined } : undefined;
}

function isTime(value: unknown): value is number {
  return Number.isFinite(value);
}

function isTimeOrNull(value: unknown): value is number | null {
  return value === null || isTime(value);
}

function later(one: Suspension | undefined, other: Suspension | undefined): Suspension | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  if (one.at !== other.at) return one.at > other.at ? one : other;
  if (one.seq !== other.seq) return one.seq > other.seq ? one : other;
  return { ...one, period: union(one.period, other.period) };
}

/**
 * Merges the periods of two events that have no order. The result spans both periods and the time
 * between them.
 */
function union(one: Period | undefined, other: Period | undefined): Period | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  const until = Math.max(one.until ?? Infinity, other.until ?? Infinity);
  return {
    from: Math.min(one.from, other.from),
    until: until === Infinity ? undefined : until,
  };
}

function greatest(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.max(one, other);
}
