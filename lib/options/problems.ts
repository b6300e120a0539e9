import { AuthError } from '../core/errors.js';
import { withoutCredentials } from '../core/urls.js';

/** Collects everything that is wrong with the options, so that one start shows it all. */
export class Problems {
  private readonly lines: string[] = [];

  /** `option`: which; `received`: what it was given; `fix`: what to do. */
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

/** Functions, `NaN` and `undefined` survive; credentials in a URL do not. */
function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number' || typeof value === 'function' || typeof value === 'bigint')
    return String(value).slice(0, 60);
  return withoutCredentials(stringify(value)).slice(0, 200);
}

/** What JSON cannot say (a circle, too deep a nesting) is named by its kind. */
function stringify(value: unknown): string {
  try {
    return JSON.stringify(value) ?? typeof value;
  } catch {
    return typeof value;
  }
}
