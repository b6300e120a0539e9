import { AuthError } from 'nestjs-authgear';
import { SettingsError, type Settings } from './settings.js';
import type { Issuers } from './stage/issuers.js';

export function welcome({ pageUrl }: Settings, { authgear, authpi }: Issuers): string {
  return [
    '',
    bold('nestjs-authgear, two issuers'),
    '',
    `Page       ${bold(pageUrl)}`,
    `Authgear   ${authgear.name}`,
    `AuthPI     ${authpi.name}`,
    '',
    'Open the page, pull a plug, and see who is still let in.',
    'Ctrl-C stops it.',
    '',
  ]
    .map((line) => (line === '' ? line : `  ${line}`))
    .join('\n');
}

/** One line for what the person at the terminal can mend; everything else is a bug, and needs its stack. */
export function explain(error: unknown): string {
  if (error instanceof SettingsError || error instanceof AuthError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function bold(text: string): string {
  return process.stdout.isTTY && !process.env['NO_COLOR'] ? `\u001b[1m${text}\u001b[22m` : text;
}
