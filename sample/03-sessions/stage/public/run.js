/**
 * The outcomes after a press of a button: for each lane, the outcome before it and the changes.
 * Times are seconds since the press.
 */
export function createRun(title, { first, isMeasured }) {
  const startedAt = performance.now();
  const lanes = new Map([...first].map(([id, outcome]) => [id, [{ from: -Infinity, ...outcome }]]));
  const now = () => (performance.now() - startedAt) / 1000;

  /** Returns the change, if there is one. Another code of the same outcome is no change. */
  function add(id, outcome) {
    const segments = lanes.get(id);
    if (segments === undefined) {
      lanes.set(id, [{ from: now(), ...outcome }]);
      return undefined;
    }
    if (segments.at(-1).tone === outcome.tone) return undefined;
    const change = { from: now(), ...outcome };
    segments.push(change);
    return change;
  }

  return { title, isMeasured, now, add, segments: (id) => lanes.get(id) ?? [] };
}
