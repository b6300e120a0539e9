import { AuthError } from '../../lib/core/errors.js';

function asAuthError(error: unknown): AuthError {
  if (error instanceof AuthError) return error;
  throw new Error(`expected an AuthError, got ${String(error)}`, { cause: error });
}

/**
 * The refusal that a function throws. Anything but an `AuthError`, and no throw at all, fails the
 * test.
 */
export function refusalOf(act: () => unknown): AuthError {
  try {
    act();
  } catch (error) {
    return asAuthError(error);
  }
  throw new Error('expected a refusal, and there was none');
}

/**
 * The refusal that a promise rejects with. Anything but an `AuthError`, and no rejection at all,
 * fails the test.
 */
export async function rejectionOf(work: Promise<unknown>): Promise<AuthError> {
  try {
    await work;
  } catch (error) {
    return asAuthError(error);
  }
  throw new Error('expected a refusal, and there was none');
}

/** `undefined` when the function does not throw, else the code of its refusal. */
export function codeOf(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return asAuthError(error).code;
  }
}
