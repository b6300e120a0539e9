import type { IncomingMessage } from 'node:http';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Settings } from './settings.js';
import { problemPage, signInPage } from './sign-in-page.js';
import { findUser, users } from './users.js';

const HOUR = 3600;

/** Serves the sign-in page of the provider at `/sign-in/:uid`. The sample has no passwords. */
export function signIn(provider: Provider, { pageUrl }: Settings) {
  return async (ctx: KoaContextWithOIDC, next: () => Promise<unknown>): Promise<void> => {
    if (!ctx.path.startsWith('/sign-in/')) {
      await next();
      return;
    }
    ctx.set('Cache-Control', 'no-store');
    // An interaction needs the cookie of its authorization request.
    const interaction = await provider.interactionDetails(ctx.req, ctx.res).catch(() => undefined);
    if (interaction === undefined) {
      ctx.status = 400;
      ctx.type = 'html';
      ctx.body = problemPage('This sign-in is finished or canceled.', pageUrl);
      return;
    }
    const signedIn = findUser(interaction.session?.accountId);
    if (ctx.method !== 'POST') {
      ctx.type = 'html';
      ctx.body = signInPage({
        action: ctx.path,
        users: signedIn === undefined ? users : [signedIn],
        reauthentication: signedIn !== undefined,
      });
      return;
    }

    const form = await readForm(ctx.req);
    const user = users.find(({ username }) => username === form.get('username'));
    if (user === undefined) {
      ctx.redirect(ctx.path);
      return;
    }
    // An old sign-in shows how a route with `@MaxAuthAge()` answers, without an hour to wait.
    const age = form.has('an-hour-ago') ? HOUR : 0;
    const ts = Math.floor(Date.now() / 1000) - age;
    const returnTo = await provider.interactionResult(ctx.req, ctx.res, {
      login: { accountId: user.sub, ts, amr: ['pwd', 'x_primary_password'] },
    });
    ctx.status = 303;
    ctx.redirect(returnTo);
  };
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let body = '';
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > 1000) break;
  }
  return new URLSearchParams(body);
}
