import { toSeconds, type Duration } from '../core/duration.js';
import { isJsonObject, isName, type JsonObject } from '../core/types.js';
import type { Problems } from './problems.js';

/** Fixes for options in the wrong place, by the name of the option. */
export type Misplaced = Readonly<Record<string, string>>;

/**
 * Reads the options of one object, and collects their problems. An invalid option is read as a safe
 * placeholder, because the collected problems abort the startup.
 */
export class OptionReader {
  /**
   * @param prefix the prefix of option names in problems, such as `'keys.'`
   */
  constructor(
    readonly given: JsonObject,
    private readonly prefix: string,
    private readonly problems: Problems,
  ) {}

  /** Reports a problem with an option, or with a combination of options in the same object. */
  report(option: string, received: unknown, fix: string): void {
    this.problems.add(`${this.prefix}${option}`, received, fix);
  }

  /** Reports unknown options. A misspelled option would otherwise have no effect. */
  checkNames(known: readonly string[], misplaced: Misplaced = {}): this {
    for (const [name, value] of Object.entries(this.given)) {
      if (known.includes(name)) continue;
      const fix = Object.hasOwn(misplaced, name) ? misplaced[name] : undefined;
      // Report only the type, because the value may be a misplaced secret.
      this.report(
        name,
        typeof value,
        fix ?? `There is no such option. Known options: ${known.join(', ')}.`,
      );
    }
    return this;
  }

  /** Returns a reader of the object at this option, or of an empty object when it is missing. */
  object(option: string, known: readonly string[]): OptionReader {
    const { [option]: given = {} } = this.given;
    if (!isJsonObject(given)) this.report(option, typeof given, 'It must be an object.');
    const own = isJsonObject(given) ? given : {};
    return new OptionReader(own, `${this.prefix}${option}.`, this.problems).checkNames(known);
  }

  /** Reads a boolean. The default is `false`. */
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

  /** Reads one name or a list of names. A missing or empty list is a problem. */
  names(option: string, fix: string): readonly string[] {
    const { [option]: given } = this.given;
    const list: readonly unknown[] = Array.isArray(given) ? given : [given];
    if (list.length > 0 && list.every(isName)) return list;
    this.report(option, given, fix);
    return [];
  }

  /**
   * Reads a duration in milliseconds. Returns `NaN` for an invalid one, so that comparisons with
   * other options report no further problem.
   */
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

/** Whether this is a valid header name other than `Authorization`. */
export function isHeaderName(given: unknown): given is string {
  return (
    typeof given === 'string' &&
    /^[\w!#$%&'*+.^`|~-]+$/.test(given) &&
    given.toLowerCase() !== 'authorization'
  );
}
