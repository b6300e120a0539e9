const LONGEST = 100;

/**
 * Makes a value of a stranger fit for a log line: printable ASCII, everything else escaped, at most 100 characters. A `kid` with line
 * breaks must not write log lines of its own.
 */
export function printable(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  const escaped = text.slice(0, LONGEST + 1).replace(/[^\x20-\x7e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return escaped.length > LONGEST ? `${escaped.slice(0, LONGEST)}...` : escaped;
}
