/** The effect of the latest event about a user. Times are epoch seconds. */
interface LatestEvent {
  readonly at: number;
  /** Orders events that have the same timestamp. */
  readonly seq: number;
  /** Tokens issued at or before this time are revoked; `undefined` when the event lifted that. */
  readonly notBefore: number | undefined;
}

/**
 * The revocation state of a user's tokens. Records are merged, never replaced, so events may
 * arrive in any order and more than once.
 */
export interface RevocationRecord {
  readonly latest: LatestEvent | undefined;
  /** When the user was deleted or anonymized. No later event lifts this. */
  readonly endedAt: number | undefined;
}

/** Merges two records. Commutative, associative and idempotent. */
export function merge(one: RevocationRecord, other: RevocationRecord): RevocationRecord {
  return { latest: later(one.latest, other.latest), endedAt: greatest(one.endedAt, other.endedAt) };
}

/** Whether a token issued at `issuedAt` (epoch seconds) is revoked. */
export function isRevoked({ latest, endedAt }: RevocationRecord, issuedAt: number): boolean {
  const notBefore = greatest(latest?.notBefore, endedAt);
  return notBefore !== undefined && issuedAt <= notBefore;
}

/** Time of the latest event in the record, in epoch seconds. */
export function lastEventAt({ latest, endedAt }: RevocationRecord): number {
  return greatest(latest?.at, endedAt) ?? 0;
}

export function isSameRecord(one: RevocationRecord, other: RevocationRecord): boolean {
  return writeRecord(one) === writeRecord(other);
}

/** Serializes a record for a shared store. */
export function writeRecord({ latest, endedAt }: RevocationRecord): string {
  return JSON.stringify([
    latest === undefined ? null : [latest.at, latest.seq, latest.notBefore ?? null],
    endedAt ?? null,
  ]);
}

/** Parses the output of {@link writeRecord}. Returns `undefined` for anything else. */
export function readRecord(text: unknown): RevocationRecord | undefined {
  const parsed = parse(text);
  if (!Array.isArray(parsed)) return undefined;
  const [latest, endedAt] = parsed as unknown[];
  const event = latest === null ? undefined : readEvent(latest);
  if ((latest !== null && event === undefined) || !(endedAt === null || Number.isFinite(endedAt)))
    return undefined;
  return { latest: event, endedAt: (endedAt as number | null) ?? undefined };
}

function parse(text: unknown): unknown {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readEvent(value: unknown): LatestEvent | undefined {
  if (!Array.isArray(value)) return undefined;
  const [at, seq, notBefore] = value as unknown[];
  if (
    !Number.isFinite(at) ||
    !Number.isFinite(seq) ||
    !(notBefore === null || Number.isFinite(notBefore))
  )
    return undefined;
  return {
    at: at as number,
    seq: seq as number,
    notBefore: (notBefore as number | null) ?? undefined,
  };
}

function later(
  one: LatestEvent | undefined,
  other: LatestEvent | undefined,
): LatestEvent | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  if (one.at !== other.at) return one.at > other.at ? one : other;
  if (one.seq !== other.seq) return one.seq > other.seq ? one : other;
  // The same event with two meanings: the stricter one wins.
  return (one.notBefore ?? -Infinity) >= (other.notBefore ?? -Infinity) ? one : other;
}

function greatest(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.max(one, other);
}
