/**
 * Tells the time as epoch **milliseconds**. Everything that reads the time is given one of these,
 * so that a test can move it; the only exception is the deadline of a fetch, which is about real
 * sockets.
 */
export type Clock = () => number;

/** The clock of this machine. The one place in `core/` that reads it. */
export const systemClock: Clock = () => Date.now();

/**
 * Whether a span that began at `since` goes on. One from the future does not: the clock was set
 * back.
 */
export function isWithin(since: number, span: number, now: number): boolean {
  return since <= now && now < since + span;
}
