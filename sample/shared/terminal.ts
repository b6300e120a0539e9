import { AuthError } from 'nestjs-authgear';
import { SettingsError } from './settings.js';

/** Runs a program. If it fails, prints the error and exits with 1. */
export function run(main: () => Promise<void>): void {
  main().catch((error: unknown) => {
    console.error(explain(error));
    process.exit(1);
  });
}

/** Calls `stop` once, on the first SIGINT or SIGTERM. */
export function stopOnSignal(stop: () => Promise<void>): void {
  let stopping: Promise<void> | undefined;
  // The listeners stay: a terminal and npm both send SIGINT, and the second must not end `stop`.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => void (stopping ??= stop()));
  }
}

/**
 * Formats a text for the terminal. Commands are not indented, so that a whole line can be copied.
 */
export function format(lines: readonly string[]): string {
  return ['', ...lines, '', 'Ctrl-C stops it.', '']
    .map((line) => (line === '' || line.startsWith('curl') ? line : `  ${line}`))
    .join('\n');
}

export function bold(text: string): string {
  return process.stdout.isTTY && !process.env['NO_COLOR'] ? `\u001b[1m${text}\u001b[22m` : text;
}

/** The message of an error that a setting causes. The stack of any other error, which is a bug. */
function explain(error: unknown): string {
  if (error instanceof SettingsError || error instanceof AuthError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
