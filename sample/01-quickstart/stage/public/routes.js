/** The routes of the API, and how each of them is declared in `src/`. */
export const routes = [
  {
    id: 'public',
    method: 'GET',
    path: '/api/public',
    needs: ['@Public()'],
    about: 'Open to everybody',
  },
  {
    id: 'optional',
    method: 'GET',
    path: '/api/optional',
    needs: ['@OptionalAuth()'],
    about: 'Knows you, or greets a stranger',
  },
  {
    id: 'me',
    method: 'GET',
    path: '/api/me',
    needs: [],
    about: 'Any valid token: closed by default',
  },
  {
    id: 'codes',
    method: 'GET',
    path: '/api/me/recovery-codes',
    needs: ["@MaxAuthAge('30s')"],
    about: 'Only if you signed in just now',
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
