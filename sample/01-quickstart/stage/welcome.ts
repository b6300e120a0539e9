import { bold, format } from '../../shared/terminal.js';
import type { Settings } from './settings.js';

/** The text that `npm start` prints. */
export function welcome(settings: Settings, token: string | undefined): string {
  const { pageUrl, issuer } = settings;
  return format([
    bold('nestjs-authgear quickstart'),
    '',
    `Page     ${bold(pageUrl)}`,
    `Issuer   ${issuer}`,
    '',
    ...(token === undefined ? portalChecklist(settings) : command(pageUrl, token)),
  ]);
}

/** The command has no single quotes, so that it works in every shell. */
function command(pageUrl: string, token: string): string[] {
  return [
    'Open the page and sign in as alice or bob. Or paste this command into',
    'another terminal: it calls the API with a token of alice, valid for 30 minutes.',
    'If the API refuses a token, this terminal shows the reason.',
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
    'Then open the page and sign in. This command calls the API without a token:',
    '',
    `curl -i ${pageUrl}api/me`,
  ];
}
