/** A value, or a promise of it where it has to be waited for. */
export type MaybePromise<T> = T | Promise<T>;

/**
 * What follows from a value: at once where the value is there, for a promise that nobody needs
 * costs as much as all the rules of a token.
 */
export function andThen<T, R>(
  value: MaybePromise<T>,
  follow: (value: T) => MaybePromise<R>,
): MaybePromise<R> {
  return isPromise(value) ? Promise.resolve(value).then(follow) : follow(value);
}

/**
 * By shape: a promise may be of another realm, or of a library that put its own in place of the
 * platform's, and to take one for a value would open the door.
 */
export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function';
}
