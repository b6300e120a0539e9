import type { NamesRequirement } from '../core/policy/requirement.js';

/** One of these is enough. */
export interface Alternatives {
  readonly anyOf: readonly [string, ...string[]];
}

/**
 * Reads the arguments of `@Scopes()` and `@Roles()`: names, or one `{ anyOf }`. Throws a
 * `TypeError` for anything else.
 */
export function readNames(
  decorator: string,
  args: readonly unknown[],
  check: (decorator: string, names: unknown) => readonly string[],
): NamesRequirement {
  const [first] = args;
  if (typeof first !== 'object' || first === null) return { allOf: check(decorator, args) };
  // Anything beside it would silently be dropped.
  if (args.length > 1 || Object.keys(first).join() !== 'anyOf')
    throw new TypeError(`${decorator} takes names, or one { anyOf: [...] } and nothing else`);
  return { anyOf: check(decorator, (first as Alternatives).anyOf) };
}

/** Gives a copy. Throws a `TypeError` unless these are non-empty names, at least one. */
export function checkNames(decorator: string, names: unknown): readonly string[] {
  if (
    Array.isArray(names) &&
    names.length > 0 &&
    names.every((name) => typeof name === 'string' && name !== '')
  ) {
    return Object.freeze([...(names as string[])]);
  }
  throw new TypeError(`${decorator} needs at least one name, and no empty one`);
}
