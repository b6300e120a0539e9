import { AuthError } from 'nestjs-authgear';
import { SettingsError, type Settings } from './settings.js';

/** What a newcomer reads after `npm start`. */
export function welcome(settings: Settings, token: string | undefined): string {
  const { pageUrl, issuer } = settings;
  const how = token === undefined ? portalChecklist(settings) : pasteThis(pageUrl, token);
  return [
    '',
    bold('nestjs-authgear quickstart'),
    '',
    `Page     ${bold(pageUrl)}`,
    `Issuer   ${issuer}`,
    '',
    ...how,
    '',
    'Ctrl-C stops it.',
    '',
  ]
    .map((line) => (line === '' || line.startsWith('curl') ? line : `  ${line}`))
    .join('\n');
}

/** The command starts its line and has no single quotes, so that it can be copied whole and works in every shell. */
function pasteThis(pageUrl: string, token: string): string[] {
  return [
    'Open the page and sign in as alice or bob. Or paste this into another',
    'terminal: it calls the API with a token of alice, good for 30 minutes.',
    'When a token is refused, this terminal says why.',
    '',
    `curl -i ${pageUrl}api/me -H "Authorization: Bearer ${token}"`,
  ];
}

function portalChecklist({ pageUrl, clientId }: Settings): string[] {
  return [
    `In the Authgear portal, the application ${clientId} needs:`,
    '',
    `- Redirect URI               ${pageUrl}`,
    `- Post Logout Redirect URI   ${pageUrl}`,
    '- Issue JWT as access token  on',
    '',
    'Then open the page and sign in. Without a token, this is what the API says:',
    '',
    `curl -i ${pageUrl}api/me`,
  ];
}

/** One line for what the person at the terminal can mend; everything else is a bug, and needs its stack. */
export function explain(error: unknown): string {
  if (error instanceof SettingsError || error instanceof AuthError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function bold(text: string): string {
  return process.stdout.isTTY && !process.env['NO_COLOR'] ? `\u001b[1m${text}\u001b[22m` : text;
}
