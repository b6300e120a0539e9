/** The routes of the API, with their decorators in `app/routes.controller.ts`. */
export const routes = [
  { path: '/api/whoami', about: 'Any valid token of either issuer' },
  {
    path: '/api/people-only',
    needs: '@Issuers(AUTHGEAR)',
    about: 'Users of Authgear only',
  },
  { path: '/api/backups', needs: "@Scopes('run:backups')", about: 'Callers with this scope' },
  {
    path: '/api/orgs/org_engines/invoices',
    needs: "@OrganizationScopes('billing:read')",
    about: 'Callers with this scope in this organization',
  },
];

/** The callers, and the issuers of their tokens. */
export const callers = [
  { id: 'ada', name: 'Ada', title: 'Call as Ada', about: 'a person, Authgear', issuer: 'authgear' },
  {
    id: 'job',
    name: 'Nightly job',
    title: 'Call as the nightly job',
    about: 'a machine, AuthPI',
    issuer: 'authpi',
  },
  {
    id: 'grace',
    name: 'Grace',
    title: 'Call as Grace',
    about: 'a partner, AuthPI',
    issuer: 'authpi',
  },
];

/** The caller of "Send 10 unknown keys". Its tokens name a key that no issuer has. */
export const stranger = { id: 'stranger', name: 'Strangers' };
