/** An object as `JSON.parse` returns it. */
export type JsonObject = { readonly [name: string]: unknown };

/** All claims of a token, as the issuer sent them, deeply frozen. */
export type Claims = JsonObject;

/** Whether this is an object that is neither an array nor `null`. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether this is a non-empty string. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/**
 * Freezes a JSON object and all nested values. Iterative, because the sender controls the nesting,
 * and recursion could overflow the stack.
 */
export function deepFreeze<T extends object>(value: T): T {
  let next: unknown = value;
  let pending: unknown[] | undefined;
  while (next !== undefined) {
    // Read members before freezing, because frozen objects are slower to read. Iterate arrays
    // directly, because `Object.values` is slow for them.
    for (const member of Array.isArray(next) ? next : Object.values(next as object)) {
      if (typeof member === 'object' && member !== null) (pending ??= []).push(member);
    }
    Object.freeze(next);
    next = pending?.pop();
  }
  return value;
}

/** A shared empty list. */
export const none: readonly never[] = Object.freeze([]);
