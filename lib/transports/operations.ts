import type { MaybePromise } from '../core/maybe-promise.js';

interface Operation<Value> {
  readonly request: object;
  readonly results: Map<unknown, MaybePromise<Value>>;
}

/** Shares work among all calls of one operation. The work is forgotten with the operation. */
export class Operations<Value> {
  private readonly operations = new WeakMap<object, Operation<Value>>();

  /**
   * Runs the work for the first call with this key, and returns its result for the others. An
   * application may give several requests the same context: each request is an operation of its
   * own.
   */
  once(
    context: object,
    request: object,
    key: unknown,
    work: () => MaybePromise<Value>,
  ): MaybePromise<Value> {
    let operation = this.operations.get(context);
    if (operation?.request !== request) {
      operation = { request, results: new Map() };
      this.operations.set(context, operation);
    }
    const { results } = operation;
    if (!results.has(key)) results.set(key, work());
    return results.get(key) as MaybePromise<Value>;
  }
}
