/** The outcome of a call. `unknown`: the API could not confirm the session. */
export function outcomeOf({ status, code }) {
  if (status < 400) return { tone: 'good', told: undefined };
  return { tone: status === 503 ? 'unknown' : 'refused', told: `${status} ${code}` };
}

export const words = { good: 'let in', refused: 'refused', unknown: 'cannot tell' };

export function seconds(value) {
  return `${value.toFixed(1)} s`;
}
