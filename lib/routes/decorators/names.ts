import type { NamesRequirement } from '../../core/policy/requirement.js';
import { isName } from '../../core/types.js';

/** A list of names, of which one is enough. */
export interface Alternatives {
  readonly anyOf: readonly [string, ...string[]];
}

/** Returns a frozen copy of the names. Throws a `TypeError` for bad ones. */
export type CheckNames = (decorator: string, names: unknown) => readonly string[];

/**
 * Reads the arguments of `@Scopes()` and `@Roles()`: names, or one `{ anyOf }`. Throws a
 * `TypeError` for anything else.
 */
export function readNames(
  decorator: string,
  args: readonly unknown[],
  check: CheckNames,
): NamesRequirement {
  const [first] = args;
  if (typeof first !== 'object' || first === null) return { allOf: check(decorator, args) };
  // Other arguments would be ignored silently.
  if (args.length > 1 || Object.keys(first).join() !== 'anyOf') {
    throw new TypeError(`${decorator} takes names, or one { anyOf: [...] } and nothing else`);
  }
  return { anyOf: check(decorator, (first as Alternatives).anyOf) };
}

/** Checks names of any kind: at least one, and none of them empty. */
export const checkNames: CheckNames = (decorator, names) => {
  if (Array.isArray(names) && names.length > 0 && names.every(isName)) {
    return Object.freeze([...names]);
  }
  throw new TypeError(`${decorator} needs at least one name, and no empty one`);
};

/** RFC 6749 section 3.3: `scope-token`. */
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** Checks scopes: at least one, in the syntax of the RFC. */
export const checkScopes: CheckNames = (decorator, scopes) => {
  if (!Array.isArray(scopes) || scopes.length === 0) {
    throw new TypeError(`${decorator} needs at least one scope`);
  }
  for (const scope of scopes) {
    if (typeof scope === 'string' && SCOPE_TOKEN.test(scope)) continue;
    throw new TypeError(
      `${decorator}: ${JSON.stringify(scope)} is not a scope (RFC 6749 section 3.3); ` +
        'pass several as several arguments',
    );
  }
  return Object.freeze([...(scopes as string[])]);
};
