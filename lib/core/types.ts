/** What `JSON.parse` can return for an object. */
export type JsonObject = { readonly [name: string]: unknown };

/** All claims of a token, as the issuer sent them, deeply frozen. */
export type Claims = JsonObject;

/** A JSON object, which excludes arrays and `null`. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Freezes a JSON value and everything in it. A loop, not a recursion: nesting is the sender's choice. */
export function deepFreeze<T>(value: T): T {
  let next: unknown = value;
  let pending: unknown[] | undefined;
  while (next !== undefined) {
    Object.freeze(next);
    // Its own members and no list of them: what JSON made has no others.
    for (const name in next as object) {
      const child = (next as Record<string, unknown>)[name];
      if (typeof child === 'object' && child !== null) (pending ??= []).push(child);
    }
    next = pending?.pop();
  }
  return value;
}

/** What is not there. */
export const none: readonly never[] = Object.freeze([]);
