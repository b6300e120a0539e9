import type { KeyPolicy } from '../core/keys/freshness.js';
import type { OptionReader } from './option-reader.js';

/** How keys are cached, in milliseconds. `cooldown` is `undefined` for the profile's default. */
export type KeyTimes = Omit<KeyPolicy, 'cooldown'> & {
  readonly timeout: number;
  readonly cooldown: number | undefined;
};

const NAMES = [
  'defaultAge',
  'minAge',
  'maxAge',
  'refreshAhead',
  'cooldown',
  'staleFor',
  'timeout',
] as const satisfies readonly (keyof KeyTimes)[];

export function resolveKeys(reader: OptionReader): KeyTimes {
  const keys = reader.object('keys', NAMES);
  const times: KeyTimes = {
    defaultAge: keys.time('defaultAge', '10m'),
    minAge: keys.time('minAge', '1m'),
    maxAge: keys.time('maxAge', '1h'),
    refreshAhead: keys.time('refreshAhead', '30s', 'may be 0'),
    cooldown: keys.given['cooldown'] === undefined ? undefined : keys.time('cooldown', 0),
    staleFor: keys.time('staleFor', '1h', 'may be 0'),
    timeout: keys.time('timeout', '5s'),
  };
  checkContradictions(times, reader);
  return times;
}

function checkContradictions(times: KeyTimes, reader: OptionReader): void {
  const contradict = (names: readonly (keyof KeyTimes)[], fix: string): void => {
    const received = Object.fromEntries(names.map((name) => [name, (times[name] ?? 0) / 1000]));
    const [last, ...others] = names.map((name) => `keys.${name}`).toReversed();
    reader.report(`${others.toReversed().join(', ')} and ${String(last)}`, received, fix);
  };
  const { defaultAge, minAge, maxAge, refreshAhead, timeout } = times;
  if (minAge > maxAge) {
    contradict(['minAge', 'maxAge'], 'minAge must not be longer than maxAge.');
  }
  if (defaultAge > maxAge) {
    contradict(['defaultAge', 'maxAge'], 'defaultAge must not be longer than maxAge.');
  }
  if (defaultAge < minAge && minAge <= maxAge) {
    contradict(['defaultAge', 'minAge'], 'defaultAge must not be shorter than minAge.');
  }
  if (refreshAhead + timeout > minAge) {
    const fix = 'refreshAhead + timeout must not be longer than minAge.';
    contradict(['refreshAhead', 'timeout', 'minAge'], fix);
  }
}
