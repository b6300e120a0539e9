/**
 * Sets how many frames errors collect from now on, and gives how many it was before. A refusal is
 * an answer to a stranger, and its frames cost more than all the rules of a token. `Reflect`, for
 * it does not throw where the application has frozen its globals.
 */
export function collectFrames(limit: number): number {
  const { stackTraceLimit } = Error;
  Reflect.set(Error, 'stackTraceLimit', limit);
  return stackTraceLimit;
}

/** Makes an error that collects none. */
export function withoutFrames<T>(make: () => T): T {
  const limit = collectFrames(0);
  try {
    return make();
  } finally {
    collectFrames(limit);
  }
}
