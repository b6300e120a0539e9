/** Formats seconds with two units at most: "1 h 10 min", "4 min 5 s". */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const units = [
    ['h', Math.floor(whole / 3600)],
    ['min', Math.floor((whole % 3600) / 60)],
    ['s', whole % 60],
  ];
  const first = units.findIndex(([, amount]) => amount > 0);
  if (first === -1) return '0 s';
  return units
    .slice(first, first + 2)
    .filter(([, amount]) => amount > 0)
    .map(([unit, amount]) => `${amount} ${unit}`)
    .join(' ');
}

export function timeOfDay(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString(undefined, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
}

/** The start of a key ID, which is enough to distinguish keys. */
export function shortKid(kid) {
  return kid.slice(0, 8);
}

/** The color of an HTTP status. */
export function toneOf(status) {
  if (status < 400) return 'good';
  return status < 500 ? 'refused' : 'bad';
}
