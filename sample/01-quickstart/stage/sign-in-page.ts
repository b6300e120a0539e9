import type { KoaContextWithOIDC } from 'oidc-provider';
import type { DemoUser } from './users.js';

export interface SignInPage {
  readonly action: string;
  readonly users: readonly DemoUser[];
  /** Whether a signed-in user has to authenticate again. */
  readonly reauthentication: boolean;
}

export function signInPage({ action, users, reauthentication }: SignInPage): string {
  const title = reauthentication ? 'Confirm that it is you' : 'Who are you?';
  const lead = reauthentication
    ? 'The application needs a recent sign-in.'
    : 'Select a user. The page of a real issuer asks for a password or a passkey.';
  const earlier = `<label class="earlier"><input type="checkbox" name="an-hour-ago">
        Pretend that I signed in an hour ago</label>`;
  return page(
    title,
    `<p>${lead}</p>
    <form method="post" action="${escape(action)}">
      ${users.map(userButton).join('\n      ')}
      ${reauthentication ? '' : earlier}
    </form>`,
  );
}

/** With an `id_token_hint`, signs the user out at once. Without one, asks the user to confirm. */
export function signOutPage(ctx: KoaContextWithOIDC, form: string): void {
  const submit =
    ctx.oidc.entities.IdTokenHint === undefined
      ? ''
      : '<script>document.forms[0].submit()</script>';
  ctx.body = page(
    'Sign out?',
    `${form}<input type="hidden" form="op.logoutForm" name="logout" value="yes">
    <button form="op.logoutForm"><span><strong>Sign out</strong></span></button>${submit}`,
  );
}

/** For an address that is not valid anymore, such as an old sign-in page. */
export function problemPage(reason: string, pageUrl: string): string {
  return page(
    'That did not work',
    `<p>${escape(reason)}</p>
    <form action="${escape(pageUrl)}">
      <button><strong>Back to the quickstart</strong></button>
    </form>`,
  );
}

function userButton({ username, about }: DemoUser): string {
  const name = escape(username);
  const initial = name.slice(0, 1).toUpperCase();
  return `<button name="username" value="${name}">
        <span class="avatar" aria-hidden="true">${initial}</span>
        <span><strong>Continue as ${name}</strong><small>${escape(about)}</small></span></button>`;
}

function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <link rel="icon" href="data:,">
  <title>${title}</title>
  <style>${css}</style>
</head>
<body>
  <main>
    <p class="where">Built-in OpenID provider</p>
    <h1>${title}</h1>
    ${content}
  </main>
</body>
</html>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const css = `
  :root { color-scheme: light dark; --page: #f4f5fa; --card: #fff; --text: #14172b;
    --soft: #5a6078; --line: #dcdfeb; --accent: #4a3fd1; }
  @media (prefers-color-scheme: dark) {
    :root { --page: #0d0f1a; --card: #171a2a; --text: #eceefa;
      --soft: #a0a6c0; --line: #2c3048; --accent: #a49bff; }
  }
  * { box-sizing: border-box; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem;
    background: var(--page); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
  main { width: 100%; max-width: 25rem; padding: 2rem; background: var(--card);
    border: 1px solid var(--line); border-radius: 1rem; }
  h1 { margin: 0 0 0.5rem; font-size: 1.5rem; line-height: 1.2; }
  p { margin: 0 0 1.5rem; color: var(--soft); }
  .where { margin: 0 0 0.75rem; font-size: 0.8125rem; font-weight: 600; color: var(--accent); }
  form { display: grid; gap: 0.75rem; }
  button { display: flex; gap: 0.875rem; align-items: center; width: 100%;
    padding: 0.875rem 1rem; text-align: left; font: inherit; color: inherit; background: none;
    border: 1px solid var(--line); border-radius: 0.75rem; cursor: pointer; }
  button:hover { border-color: var(--accent); }
  :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
  strong, small { display: block; }
  small { color: var(--soft); }
  .avatar { display: grid; place-items: center; flex: none; width: 2.5rem; height: 2.5rem;
    border-radius: 50%; font-weight: 700; background: var(--accent); color: var(--card); }
  .earlier { display: flex; gap: 0.5rem; align-items: center; padding-top: 0.25rem;
    font-size: 0.9375rem; color: var(--soft); cursor: pointer; }
  .earlier input { width: 1.125rem; height: 1.125rem; margin: 0; accent-color: var(--accent); }
`;
