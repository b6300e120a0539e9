import type { TestIssuer } from 'nestjs-authgear/testing';

export interface Addresses {
  readonly url: string;
  readonly application: string;
  readonly issuer: TestIssuer;
}

/** Each command starts its line and has no single quotes, so that it can be copied whole and works in every shell. */
export function welcome({ url, application, issuer }: Addresses): string {
  const manager = issuer.openSession({ sub: 'mia', roles: ['store_manager'] });
  const guest = issuer.openSession({ sub: 'gus' });
  return `
  nestjs-authgear behind nginx

  nginx         ${url}
  Application   http://${application}
  Authgear      ${issuer.issuer}

  Paste these into another terminal.
  A valid session, of a store manager: 200.

curl -i ${url}/api/takings -H "Cookie: ${manager.cookie}"

  Nobody in particular: 401.

curl -i ${url}/api/takings

  A guest who says that they are a store manager: 403. The proxy takes that away.

curl -i ${url}/api/takings -H "Cookie: ${guest.cookie}" -H "X-Authgear-User-Roles: store_manager"

  Ctrl-C stops it.
`;
}
