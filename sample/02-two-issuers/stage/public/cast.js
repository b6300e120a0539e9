/** The routes of the API, and how each of them is declared in `src/routes.controller.ts`. */
export const routes = [
  { path: '/api/whoami', about: 'Whoever one of the two vouches for' },
  {
    path: '/api/people-only',
    needs: '@Issuers(AUTHGEAR)',
    about: 'Our own people, who sign in with Authgear',
  },
  { path: '/api/backups', needs: "@Scopes('run:backups')", about: 'Whoever may run backups' },
  {
    path: '/api/orgs/org_engines/invoices',
    needs: "@OrganizationScopes('billing:read')",
    about: 'Bookkeepers of this one organization',
  },
];

/** Who calls, and whom their token comes from. */
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

/** Sends tokens that are right in all but one thing: they name a key that nobody has. Nobody presses a button in this name. */
export const stranger = { id: 'stranger', name: 'Strangers' };
