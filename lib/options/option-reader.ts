import { toSeconds, type Duration } from '../core/duration.js';
import { isJsonObject, isName, type JsonObject } from '../core/types.js';
import type { Problems } from './problems.js';

/** Options that stand in the wrong place, by name, with the fix. */
export type Misplaced = Readonly<Record<string, string>>;

/**
 * Reads the options of one object. It knows under which name the object stands, and collects what
 * is wrong with them. A bad option is read as its safest value: the start ends with the problem.
 */
export class OptionReader {
  /**
   * @param prefix stands before the names in problems, such as `'keys.'`
   */
  constructor(
    readonly given: JsonObject,
    private readonly prefix: string,
    private readonly problems: Problems,
  ) {}

  /** Reports a problem of an option, or of something else in the same object. */
  report(option: string, received: unknown, fix: string): void {
    this.problems.add(`${this.prefix}${option}`, received, fix);
  }

  /** Reports options that are not in the list: a misspelt one would have no effect. */
  checkNames(known: readonly string[], misplaced: Misplaced = {}): this {
    for (const [name, value] of Object.entries(this.given)) {
      if (known.includes(name)) continue;
      const fix = Object.hasOwn(misplaced, name) ? misplaced[name] : undefined;
      // Only the type is shown: the value may be a secret that belongs elsewhere.
      this.report(
        name,
        typeof value,
        fix ?? `There is no such option. Known: ${known.join(', ')}.`,
      );
    }
    return this;
  }

  /** A reader of the object at this option; of an empty one when there is none. */
  object(option: string, known: readonly string[]): OptionReader {
    const { [option]: given = {} } = this.given;
    if (!isJsonObject(given)) this.report(option, typeof given, 'It must be an object.');
    const own = isJsonObject(given) ? given : {};
    return new OptionReader(own, `${this.prefix}${option}.`, this.problems).checkNames(known);
  }

  /** `false` when it is not there. */
  flag(option: string): boolean {
    const { [option]: given } = this.given;
    if (given !== undefined && typeof given !== 'boolean') {
      this.report(option, given, 'It must be true or false.');
    }
    return given === true;
  }

  function(option: string): ((...args: never[]) => unknown) | undefined {
    const { [option]: given } = this.given;
    if (given === undefined || typeof given === 'function') {
      return given as ReturnType<OptionReader['function']>;
    }
    this.report(option, given, 'It must be a function.');
    return undefined;
  }

  /** One name or a list of names; none is a problem. */
  names(option: string, fix: string): readonly string[] {
    const { [option]: given } = this.given;
    const list: readonly unknown[] = Array.isArray(given) ? given : [given];
    if (list.length > 0 && list.every(isName)) return list;
    this.report(option, given, fix);
    return [];
  }

  /** Milliseconds; `NaN`, which contradicts nothing, for a time that cannot be read. */
  time(option: string, preset: Duration, zero?: 'may be 0'): number {
    const { [option]: given = preset } = this.given;
    const seconds = toSeconds(given);
    const milliseconds = seconds === undefined ? Number.NaN : Math.round(seconds * 1000);
    if (milliseconds > 0 || (milliseconds === 0 && zero !== undefined)) return milliseconds;
    const minimum = zero === undefined ? 'more than 0, ' : '';
    const fix = `It must be ${minimum}a number of seconds or a string such as '30s'.`;
    this.report(option, this.given[option], fix);
    return Number.NaN;
  }
}

/** Whether it is the name of a header that may carry a credential of its own. */
export function isHeaderName(given: unknown): given is string {
  return (
    typeof given === 'string' &&
    /^[\w!#$%&'*+.^`|~-]+$/.test(given) &&
    given.toLowerCase() !== 'authorization'
  );
}
