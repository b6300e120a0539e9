/**
 * Sets the number of stack frames that new errors collect, and returns the previous number.
 * Refusals are frequent, and collecting frames costs more than checking all the rules of a token.
 * `Reflect.set` does not throw if the application has frozen its globals.
 */
export function collectFrames(limit: number): number {
  const { stackTraceLimit } = Error;
  Reflect.set(Error, 'stackTraceLimit', limit);
  return stackTraceLimit;
}

/** Creates an error without stack frames. */
export function withoutFrames<T>(make: () => T): T {
  const limit = collectFrames(0);
  try {
    return make();
  } finally {
    collectFrames(limit);
  }
}
