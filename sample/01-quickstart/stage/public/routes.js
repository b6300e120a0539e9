/** The routes of the API, with their decorators in `app/`. */
export const routes = [
  {
    id: 'public',
    method: 'GET',
    path: '/api/public',
    needs: ['@Public()'],
    about: 'Open to everyone',
  },
  {
    id: 'optional',
    method: 'GET',
    path: '/api/optional',
    needs: ['@OptionalAuth()'],
    about: 'Greets a signed-in user, or a stranger',
  },
  {
    id: 'me',
    method: 'GET',
    path: '/api/me',
    needs: [],
    about: 'Needs a valid token, as every route by default',
  },
  {
    id: 'codes',
    method: 'GET',
    path: '/api/me/recovery-codes',
    needs: ["@MaxAuthAge('30s')"],
    about: 'Needs a recent sign-in',
  },
  {
    id: 'reports',
    method: 'GET',
    path: '/api/reports',
    needs: ["@Scopes('read:reports')"],
    about: 'Needs a scope',
  },
  {
    id: 'remove',
    method: 'DELETE',
    path: '/api/reports/1',
    needs: ["@Scopes('write:reports')", "@MaxAuthAge('30s')"],
    about: 'Needs a scope and a recent sign-in',
  },
];
