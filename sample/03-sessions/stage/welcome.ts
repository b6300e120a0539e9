import { AuthError } from 'nestjs-authgear';
import { SettingsError, type Settings } from './settings.js';
import type { FakeAuthgear } from './stage/fake-authgear.js';

export function welcome(
  { pageUrl, cacheFor, maxStaleness }: Settings,
  { endpoint }: FakeAuthgear,
): string {
  return [
    '',
    bold('nestjs-authgear, sessions and revocation'),
    '',
    `Page       ${bold(pageUrl)}`,
    `Authgear   ${endpoint}`,
    `Limits     cacheFor ${cacheFor} s, @MaxStaleness ${maxStaleness} s`,
    '',
    'Open the page, sign in, disable the account, and see how soon each protection notices.',
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
