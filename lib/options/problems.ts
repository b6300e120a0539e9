import { AuthError } from '../core/errors.js';
import { withoutCredentials } from '../core/urls.js';

/** Collects all problems with the options, so that one error reports them together. */
export class Problems {
  private readonly lines: string[] = [];

  add(option: string, received: unknown, fix: string): void {
    this.lines.push(`- ${option}: received ${show(received)}. ${fix}`);
  }

  throwIfAny(): void {
    if (this.lines.length === 0) return;
    const count = this.lines.length === 1 ? '1 problem' : `${this.lines.length} problems`;
    throw new AuthError(
      'configuration_invalid',
      `AuthgearModule cannot start, ${count} in its options:\n${this.lines.join('\n')}`,
    );
  }
}

/** Formats a value for a problem. Removes credentials from URLs. */
function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number' || typeof value === 'function' || typeof value === 'bigint')
    return String(value).slice(0, 60);
  return withoutCredentials(stringify(value)).slice(0, 200);
}

/** Returns the type of a value that JSON cannot represent, such as a cycle. */
function stringify(value: unknown): string {
  try {
    return JSON.stringify(value) ?? typeof value;
  } catch {
    return typeof value;
  }
}
