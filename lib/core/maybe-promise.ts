/** A value, or a promise of it where it has to be waited for. */
export type MaybePromise<T> = T | Promise<T>;

/** What follows from a value: at once where the value is there, for a promise that nobody needs costs as much as all the rules of a token. */
export function andThen<T, R>(value: MaybePromise<T>, follow: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return value instanceof Promise ? value.then(follow) : follow(value);
}
