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
  const pending: unknown[] = [value];
  while (pending.length > 0) {
    const next = pending.pop();
    if (typeof next !== 'object' || next === null) continue;
    Object.freeze(next);
    for (const child of Object.values(next)) if (typeof child === 'object') pending.push(child);
  }
  return value;
}

/** What is not there. */
export const none: readonly never[] = Object.freeze([]);
