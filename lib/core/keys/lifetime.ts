/** Bounds of a key set's lifetime, in milliseconds. */
export interface LifetimeBounds {
  /** Used when the response has no usable `Cache-Control` (Authgear). */
  readonly defaultAge: number;
  /** Keeps `max-age=0` from causing a fetch for every request. */
  readonly minAge: number;
  /** Limits how long a withdrawn key works. */
  readonly maxAge: number;
}

const MAX_AGE = /(?:^|[\s,])max-age\s*=\s*"?(\d+)"?(?:$|[\s,;])/i;
const NOT_STORABLE = /(?:^|[\s,])no-(?:store|cache)(?:$|[\s,;=])/i;

/**
 * Returns how long a key set may be used, in milliseconds: the `max-age` of the response (RFC 9111
 * section 5.2.2), within the bounds.
 */
export function lifetimeOf(cacheControl: string | null, bounds: LifetimeBounds): number {
  if (cacheControl === null) return bounds.defaultAge;
  if (NOT_STORABLE.test(cacheControl)) return bounds.minAge;
  const seconds = MAX_AGE.exec(cacheControl)?.[1];
  if (seconds === undefined) return bounds.defaultAge;
  return Math.min(Math.max(Number(seconds) * 1000, bounds.minAge), bounds.maxAge);
}
