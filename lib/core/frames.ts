/**
 * Makes an error that collects no frames: a refusal is an answer to a stranger, and they cost more than all the rules of a token. `Reflect`, for it does not throw
 * where the application has frozen its globals.
 */
export function withoutFrames<T>(make: () => T): T {
  const { stackTraceLimit } = Error;
  Reflect.set(Error, 'stackTraceLimit', 0);
  try {
    return make();
  } finally {
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
  }
}
