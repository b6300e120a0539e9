// Medians: one slow round, whoever caused it, changes nothing.

export const median = (values) => quantile(values, 0.5);

export function quantile(values, part) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(Math.floor(sorted.length * part), sorted.length - 1)];
}

/** Round by round, since both met the same machine in the same round. */
export function medianRatio(numerators, denominators) {
  return median(numerators.map((value, round) => value / denominators[round]));
}

/**
 * In turn, each round beginning with another one, so that nobody is always first or always after
 * the same neighbour.
 */
export function inTurn(names, round) {
  const start = round % names.length;
  return [...names.slice(start), ...names.slice(0, start)];
}
