import type { LoggerService } from '@nestjs/common';
import { toSeconds, type Duration } from '../core/duration.js';
import { isJsonObject } from '../core/types.js';
import type { Problems } from './problems.js';

/** Reads one name or a list of names; none is a problem. */
export function readNames(
  option: string,
  given: unknown,
  problems: Problems,
  fix: string,
): readonly string[] {
  const list: unknown[] = Array.isArray(given) ? given : [given];
  if (list.length > 0 && list.every((item) => typeof item === 'string' && item !== ''))
    return list as string[];
  problems.add(option, given, fix);
  return [];
}

export function readFlag(option: string, given: unknown, problems: Problems): boolean {
  if (given !== undefined && typeof given !== 'boolean')
    problems.add(option, given, 'It must be true or false.');
  return given === true;
}

export function readFunction<T>(
  option: string,
  given: T | undefined,
  problems: Problems,
): T | undefined {
  if (given !== undefined && typeof given !== 'function')
    problems.add(option, given, 'It must be a function.');
  return given;
}

export function readLogger(given: unknown, problems: Problems): LoggerService | undefined {
  if (given === undefined || isLogger(given)) return given;
  problems.add(
    'logger',
    typeof given,
    "It must have the methods log, warn and error, as Nest's Logger has.",
  );
  return undefined;
}

function isLogger(given: unknown): given is LoggerService {
  const logger = given as Partial<LoggerService> | null;
  return [logger?.log, logger?.warn, logger?.error].every((method) => typeof method === 'function');
}

/** Where options belong that stand in the wrong place, by name. */
export type Misplaced = Readonly<Record<string, string>>;

/** A misspelt security option must not be silently without effect. */
export function checkKnown(
  prefix: string,
  given: object,
  known: readonly string[],
  problems: Problems,
  misplaced: Misplaced = {},
): void {
  for (const [name, value] of Object.entries(given)) {
    if (known.includes(name)) continue;
    // Not the value: it may be a secret that was meant for something else.
    const fix = Object.hasOwn(misplaced, name) ? misplaced[name] : undefined;
    problems.add(
      `${prefix}${name}`,
      typeof value,
      fix ?? `There is no such option. Known: ${known.join(', ')}.`,
    );
  }
}

/** Milliseconds; `NaN`, which contradicts nothing, for a time that cannot be read. */
export function readTime(
  option: string,
  given: unknown,
  preset: Duration,
  problems: Problems,
  zero?: 'may be 0',
): number {
  const seconds = toSeconds(given === undefined ? preset : given);
  const milliseconds = seconds === undefined ? Number.NaN : Math.round(seconds * 1000);
  if (milliseconds > 0 || (milliseconds === 0 && zero !== undefined)) return milliseconds;
  problems.add(
    option,
    given,
    `It must be ${zero === undefined ? 'more than 0, ' : ''}a number of seconds or a string ` +
      `such as '30s'.`,
  );
  return Number.NaN;
}

/** Whether it is the name of a header in which a credential of its own may stand. */
export function isHeaderName(given: unknown): given is string {
  return (
    typeof given === 'string' &&
    /^[\w!#$%&'*+.^`|~-]+$/.test(given) &&
    given.toLowerCase() !== 'authorization'
  );
}

/** An object with known members only; an empty one in place of anything else. */
export function readObject(
  option: string,
  given: unknown,
  known: readonly string[],
  problems: Problems,
): { readonly [name: string]: unknown } {
  if (!isJsonObject(given)) {
    problems.add(option, typeof given, 'It must be an object.');
    return {};
  }
  checkKnown(`${option}.`, given, known, problems);
  return given;
}
