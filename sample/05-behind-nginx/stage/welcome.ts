import type { TestIssuer } from 'nestjs-authgear/testing';
import { bold, format } from '../../shared/terminal.js';

export interface Addresses {
  readonly url: string;
  readonly application: string;
  readonly issuer: TestIssuer;
}

/** The commands have no single quotes, so that they work in every shell. */
export function welcome({ url, application, issuer }: Addresses): string {
  const manager = issuer.openSession({ sub: 'mia', roles: ['store_manager'] });
  const guest = issuer.openSession({ sub: 'gus' });
  return format([
    bold('nestjs-authgear behind nginx'),
    '',
    `nginx         ${url}`,
    `Application   http://${application}`,
    `Authgear      ${issuer.issuer}`,
    '',
    'Paste these commands into another terminal.',
    'A valid session of a store manager: 200.',
    '',
    `curl -i ${url}/api/takings -H "Cookie: ${manager.cookie}"`,
    '',
    'No credentials: 401.',
    '',
    `curl -i ${url}/api/takings`,
    '',
    'A guest who sends the role of a store manager: 403. nginx removes the header.',
    '',
    `curl -i ${url}/api/takings -H "Cookie: ${guest.cookie}" ` +
      '-H "X-Authgear-User-Roles: store_manager"',
  ]);
}
