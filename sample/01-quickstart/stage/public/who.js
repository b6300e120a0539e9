import { byId, h } from './shared/dom.js';

/** Shows that no user is signed in. */
export function showNobody({ signIn }, note) {
  byId('who').replaceChildren(
    h(
      'div',
      { className: 'person' },
      h('span', { className: 'avatar nobody', ariaHidden: 'true' }, '?'),
      h(
        'div',
        {},
        h('p', { className: 'name' }, 'Nobody is signed in'),
        h('p', { className: 'soft' }, note ?? 'Open routes answer without a sign-in.'),
      ),
      h(
        'div',
        { className: 'actions' },
        h('button', { className: 'primary', onclick: signIn }, 'Sign in'),
      ),
    ),
  );
}

/** Shows the user as the API sees them: the answer of `GET /api/me`. */
export function showUser(user, name, { refresh, signOut }) {
  byId('who').replaceChildren(
    h(
      'div',
      { className: 'person' },
      h('span', { className: 'avatar', ariaHidden: 'true' }, name.slice(0, 1).toUpperCase()),
      h(
        'div',
        {},
        h('p', { className: 'name' }, name),
        h('p', { className: 'soft' }, h('code', {}, user.sub)),
      ),
      h(
        'div',
        { className: 'actions' },
        ...(refresh === undefined ? [] : [h('button', { onclick: refresh }, 'Refresh token')]),
        h('button', { onclick: signOut }, 'Sign out'),
      ),
    ),
    h(
      'dl',
      { className: 'facts' },
      ...fact('Signed in', ago(user.authTime)),
      ...fact('Token ends', h('span', {}, clock(user.expiresAt))),
      ...fact('Scopes', chips(user.scopes)),
      ...fact('Roles', chips(user.roles)),
    ),
    h(
      'details',
      {},
      h('summary', {}, 'All claims of the access token'),
      h('pre', { tabIndex: 0 }, JSON.stringify(user.claims, null, 2)),
    ),
  );
}

function fact(name, value) {
  return [h('div', {}, h('dt', {}, name), h('dd', {}, value))];
}

function chips(values) {
  return values.length === 0
    ? h('span', { className: 'soft' }, 'none')
    : values.map((value) => h('code', { className: 'chip' }, value));
}

/** Shows how long ago a time was, and updates itself each second. */
function ago(seconds) {
  if (seconds === undefined) return h('span', {}, 'unknown');
  const element = h('time', { dateTime: new Date(seconds * 1000).toISOString(), className: 'ago' });
  const tick = () => {
    const age = Math.max(0, Math.floor(Date.now() / 1000 - seconds));
    element.textContent = `${duration(age)} ago, ${clock(seconds)}`;
    if (element.isConnected) setTimeout(tick, 1000);
  };
  queueMicrotask(tick);
  return element;
}

function duration(seconds) {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`;
}

function clock(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString();
}
