import type { KeyPolicy } from '../core/keys/freshness.js';
import { isJsonObject } from '../core/types.js';
import { checkKnown, readTime } from './option-reader.js';
import type { KeysOptions } from './options.js';
import type { Problems } from './problems.js';

/**
 * How keys are kept, in milliseconds. The cooldown is the profile's unless the options name one.
 */
export type KeyTimes = Omit<KeyPolicy, 'cooldown'> & {
  readonly timeout: number;
  readonly cooldown: number | undefined;
};

const defaults = {
  defaultAge: '10m',
  minAge: '1m',
  maxAge: '1h',
  refreshAhead: '30s',
  cooldown: undefined,
  staleFor: '1h',
  timeout: '5s',
} as const satisfies { readonly [Name in keyof Required<KeysOptions>]: KeysOptions[Name] };

const MAY_BE_ZERO: readonly string[] = ['staleFor', 'refreshAhead'];

export function resolveKeys(given: unknown, problems: Problems): KeyTimes {
  const options = given === undefined ? {} : given;
  if (!isJsonObject(options)) problems.add('keys', given, 'It must be an object.');
  else checkKnown('keys.', options, Object.keys(defaults), problems);
  const known = isJsonObject(options) ? options : {};
  const names = Object.keys(defaults) as (keyof typeof defaults)[];
  const times = Object.fromEntries(
    names.map((name) => [name, readKeyTime(name, known[name], problems)]),
  ) as unknown as KeyTimes;
  checkContradictions(times, problems);
  return times;
}

/** Milliseconds; `undefined` for a time that is neither given nor preset. */
function readKeyTime(
  name: keyof typeof defaults,
  given: unknown,
  problems: Problems,
): number | undefined {
  const preset = defaults[name];
  if (given === undefined && preset === undefined) return undefined;
  return readTime(
    `keys.${name}`,
    given,
    preset ?? 0,
    problems,
    MAY_BE_ZERO.includes(name) ? 'may be 0' : undefined,
  );
}

function checkContradictions(times: KeyTimes, problems: Problems): void {
  const inSeconds = (...names: (keyof KeyTimes)[]) =>
    Object.fromEntries(names.map((name) => [name, (times[name] ?? 0) / 1000]));
  if (times.minAge > times.maxAge) {
    problems.add(
      'keys.minAge and keys.maxAge',
      inSeconds('minAge', 'maxAge'),
      'minAge must not be longer than maxAge.',
    );
  }
  if (times.defaultAge > times.maxAge) {
    problems.add(
      'keys.defaultAge and keys.maxAge',
      inSeconds('defaultAge', 'maxAge'),
      'defaultAge must not be longer than maxAge.',
    );
  }
  if (times.defaultAge < times.minAge && times.minAge <= times.maxAge) {
    problems.add(
      'keys.defaultAge and keys.minAge',
      inSeconds('defaultAge', 'minAge'),
      'defaultAge must not be shorter than minAge.',
    );
  }
  if (times.refreshAhead + times.timeout > times.minAge) {
    const received = inSeconds('refreshAhead', 'timeout', 'minAge');
    problems.add(
      'keys.refreshAhead, keys.timeout and keys.minAge',
      received,
      'refreshAhead + timeout must fit into minAge.',
    );
  }
}
