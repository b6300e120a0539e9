/**
 * Returns the time in epoch **milliseconds**. All code that reads the time receives a clock, so
 * that tests can control it. Timers and the timeouts of fetches and of the revocation store are an
 * exception: they use real time.
 */
export type Clock = () => number;

/** The system clock. No other code in `core/` reads it. */
export const systemClock: Clock = () => Date.now();

/**
 * Whether `now` is within the `span` that began at `since`. Returns `false` for a `since` in the
 * future: the clock was set back.
 */
export function isWithin(since: number, span: number, now: number): boolean {
  return since <= now && now < since + span;
}
