/** A value, or a promise of it if it is not available yet. */
export type MaybePromise<T> = T | Promise<T>;

/**
 * Calls `follow` with a value, immediately if it is not a promise. An unneeded promise would cost
 * as much as checking all the rules of a token.
 */
export function andThen<T, R>(
  value: MaybePromise<T>,
  follow: (value: T) => MaybePromise<R>,
): MaybePromise<R> {
  return isPromise(value) ? Promise.resolve(value).then(follow) : follow(value);
}

/**
 * Recognizes any object with a `then` method, because a promise may come from another realm or a
 * library. Treating a promise as a value could accept a request that must be refused.
 */
export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function';
}
