import { bold, format } from '../../shared/terminal.js';
import type { FakeAuthgear } from './fake-authgear.js';
import type { Settings } from './settings.js';

export function welcome(
  { pageUrl, cacheFor, maxStaleness }: Settings,
  { endpoint }: FakeAuthgear,
): string {
  return format([
    bold('nestjs-authgear, sessions and revocation'),
    '',
    `Page       ${bold(pageUrl)}`,
    `Authgear   ${endpoint}`,
    `Limits     cacheFor ${cacheFor} s, @MaxStaleness ${maxStaleness} s`,
    '',
    'Open the page, sign in, and disable the account. The page shows when each protection',
    'refuses the user.',
  ]);
}
