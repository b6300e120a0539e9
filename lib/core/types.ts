/** What `JSON.parse` can return for an object. */
export type JsonObject = { readonly [name: string]: unknown };

/** All claims of a token, as the issuer sent them, deeply frozen. */
export type Claims = JsonObject;

/** A JSON object, which excludes arrays and `null`. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A string that is not empty. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/**
 * Freezes a JSON object and everything in it. A loop, not a recursion: nesting is the sender's
 * choice.
 */
export function deepFreeze<T extends object>(value: T): T {
  let next: unknown = value;
  let pending: unknown[] | undefined;
  while (next !== undefined) {
    // Members first, for what is frozen is slower to read; and an array as it is, for a list of its
    // members is slow to make.
    for (const member of Array.isArray(next) ? next : Object.values(next as object)) {
      if (typeof member === 'object' && member !== null) (pending ??= []).push(member);
    }
    Object.freeze(next);
    next = pending?.pop();
  }
  return value;
}

/** What is not there. */
export const none: readonly never[] = Object.freeze([]);
