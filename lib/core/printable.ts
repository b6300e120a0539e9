const MAX_LENGTH = 100;

/**
 * Makes an untrusted value safe to log: escapes everything but printable ASCII, and truncates to
 * 100 characters. Line breaks in a `kid`, for example, must not create log lines.
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
 * Describes lists and objects by their type. The sender controls the nesting, and formatting it
 * could overflow the stack.
 */
function describe(value: unknown): string {
  if (Array.isArray(value)) return '(a list)';
  return typeof value === 'object' && value !== null ? '(an object)' : String(value);
}
