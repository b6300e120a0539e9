/** A duration with its unit: `'500ms'`, `'30s'`, `'5m'`, `'12h'`, `'7d'`. */
export type DurationString = `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

/**
 * A duration: a number of **seconds**, or a string with its unit such as `'30s'`, `'5m'` or
 * `'12h'`.
 */
export type Duration = number | DurationString;

const MILLISECONDS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A decimal number and one unit. Signs, exponents, spaces and other units are not accepted. */
const WITH_UNIT = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/**
 * Converts a duration to seconds. Returns `undefined` for anything else, such as a negative number
 * or a string without a unit.
 */
export function toSeconds(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const [, amount, unit] = WITH_UNIT.exec(value) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  const seconds = (Number(amount) * (MILLISECONDS[unit] ?? Number.NaN)) / 1000;
  return Number.isFinite(seconds) ? seconds : undefined;
}
