import type { HttpRequest } from '../../../lib/extract/http-exchange.js';
import { injectUser } from '../../../lib/inject/current-user.js';
import { AuthgearUser } from '../../../lib/core/user.js';

test('the user is where NestJS applications look for one', () => {
  const request: HttpRequest = { method: 'GET', headers: {} };
  const user = Object.create(AuthgearUser.prototype) as AuthgearUser;
  injectUser(request, user);
  expect(request.user).toBe(user);
});
