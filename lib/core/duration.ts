import ms from 'ms';

/** A duration with its unit: `'500ms'`, `'30s'`, `'5m'`, `'12h'`, `'7d'`. */
export type DurationString = `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

/**
 * A duration: a number of **seconds**, or a string with its unit such as `'30s'`, `'5m'` or
 * `'12h'`.
 */
export type Duration = number | DurationString;

const WITH_UNIT = /^\d+(?:\.\d+)?(?:ms|s|m|h|d)$/;

/**
 * Reads a duration as seconds; `undefined` when it is not one (negative, `NaN`, infinite, a string
 * without a unit). `ms` alone is too generous for a security setting: it also reads `'5'`,
 * `'-3 days'` and `'1 y'`.
 */
export function toSeconds(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : undefined;
  if (typeof value !== 'string' || !WITH_UNIT.test(value)) return undefined;
  const seconds = ms(value as ms.StringValue) / 1000;
  return Number.isFinite(seconds) ? seconds : undefined;
}
