/** Bounds of a key set's lifetime, in milliseconds. */
export interface LifetimeBounds {
  /** When the issuer says nothing (Authgear). */
  readonly defaultAge: number;
  /** `max-age=0` must not become a fetch per request. */
  readonly minAge: number;
  /** A withdrawn key must die. */
  readonly maxAge: number;
}

const MAX_AGE = /(?:^|[\s,])max-age\s*=\s*"?(\d+)"?(?:$|[\s,;])/i;
const NOT_STORABLE = /(?:^|[\s,])no-(?:store|cache)(?:$|[\s,;=])/i;

/**
 * How long a key set may be used, in milliseconds: `max-age` of the answer (RFC 9111 section
 * 5.2.2), within the bounds.
 */
export function lifetimeOf(cacheControl: string | null, bounds: LifetimeBounds): number {
  if (cacheControl === null) return bounds.defaultAge;
  if (NOT_STORABLE.test(cacheControl)) return bounds.minAge;
  const seconds = MAX_AGE.exec(cacheControl)?.[1];
  if (seconds === undefined) return bounds.defaultAge;
  return Math.min(Math.max(Number(seconds) * 1000, bounds.minAge), bounds.maxAge);
}
