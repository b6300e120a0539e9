const MAX_LENGTH = 100;

/**
 * Makes a value of a stranger fit for a log line: printable ASCII, everything else escaped, cut at
 * 100 characters. A `kid` with line breaks must not write log lines of its own.
 */
export function printable(value: unknown): string {
  const text = typeof value === 'string' ? value : describe(value);
  const escaped = text
    .slice(0, MAX_LENGTH + 1)
    .replace(
      /[^\x20-\x7e]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  return escaped.length > MAX_LENGTH ? `${escaped.slice(0, MAX_LENGTH)}...` : escaped;
}

/**
 * What is no string is named by its kind: nesting is the sender's choice, and spelling it out could
 * overflow the stack.
 */
function describe(value: unknown): string {
  if (Array.isArray(value)) return '(a list)';
  return typeof value === 'object' && value !== null ? '(an object)' : String(value);
}
