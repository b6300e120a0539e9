import { bold, format } from '../../shared/terminal.js';
import type { Issuers } from './issuers.js';
import type { Settings } from './settings.js';

export function welcome({ pageUrl }: Settings, { authgear, authpi }: Issuers): string {
  return format([
    bold('nestjs-authgear, two issuers'),
    '',
    `Page       ${bold(pageUrl)}`,
    `Authgear   ${authgear.name}`,
    `AuthPI     ${authpi.name}`,
    '',
    'Open the page, pull the plug of an issuer, and see which calls the API still accepts.',
  ]);
}
