import { showAnswer, showProblem } from './answer.js';
import { call } from './api.js';
import { credentials } from './credentials.js';
import { byId, h } from './shared/dom.js';
import { helpFor } from './help.js';
import { readClaims } from './jwt.js';
import { createOidc, OidcError } from './oidc.js';
import { routes } from './routes.js';
import { showNobody, showUser } from './who.js';

const config = await (await fetch('/config')).json();
byId('issuer').textContent = config.issuer;
byId('routes').replaceChildren(...routes.map(routeRow));

// The routes are `inert` in index.html until the page knows whether a user is signed in.
const oidc = await guarded(() => createOidc(config));
if (oidc === undefined) {
  showNobody({ signIn: () => location.reload() }, 'The issuer is not reachable.');
  choose('none');
  byId('calls').inert = false;
} else {
  const returned = await guarded(() => oidc.finishSignIn());
  await showWho();
  byId('calls').inert = false;
  const again = routes.find(({ id }) => id === returned?.repeat);
  if (again !== undefined) await callRoute(again);
}

async function showWho() {
  const tokens = oidc.tokens();
  choose(tokens === undefined ? 'none' : 'mine');
  const signIn = () => guarded(() => oidc.signIn({ scopes: config.scopes }));
  if (tokens === undefined) {
    showNobody({ signIn });
    return;
  }
  const { status, body } = await call({ method: 'GET', path: '/api/me' }, tokens.accessToken);
  if (status === 401) {
    oidc.forget();
    choose('none');
    showNobody({ signIn }, `The API refused your token (${body.code}). Sign in again.`);
    return;
  }
  if (status !== 200) {
    showNobody({ signIn }, body.message);
    return;
  }
  showUser(body, readClaims(tokens.idToken).preferred_username ?? body.sub, {
    refresh:
      tokens.refreshToken === undefined
        ? undefined
        : () => guarded(() => oidc.refresh().then(showWho)),
    signOut: () => oidc.signOut(),
  });
}

/** Selects a credential. Some need a signed-in user. */
function choose(credential) {
  for (const radio of document.querySelectorAll('input[name=credential]')) {
    radio.disabled = credentials[radio.value].needsUser === true && credential === 'none';
    radio.checked = radio.value === credential;
  }
}

async function callRoute(route) {
  await guarded(async () => {
    const credential = document.querySelector('input[name=credential]:checked').value;
    const tokens = oidc?.tokens();
    const answer = await call(route, credentials[credential].of(tokens));
    const signIn = (request) => guarded(() => oidc.signIn({ ...request, repeat: route.id }));
    showAnswer(
      answer,
      credential,
      oidc && helpFor(answer, { credential, tokens, defaultScopes: config.scopes, signIn }),
    );
  });
}

function routeRow(route) {
  const { method, path, needs, about } = route;
  const what = h(
    'code',
    { className: 'path' },
    h('span', { className: `method ${method.toLowerCase()}` }, method),
    ' ',
    path,
  );
  const declared = needs.map((need) => h('code', { className: 'chip' }, need));
  return h(
    'li',
    {},
    h(
      'div',
      {},
      what,
      h('p', { className: 'soft' }, about),
      h('p', { className: 'chips' }, declared),
    ),
    h('button', { onclick: () => callRoute(route), ariaLabel: `Call ${method} ${path}` }, 'Call'),
  );
}

/** Runs `work` and shows errors of the network and of the issuer. */
async function guarded(work) {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof OidcError || error instanceof TypeError)) throw error;
    // `fetch` throws a TypeError when there is no answer.
    showProblem(
      error instanceof OidcError
        ? error.message
        : 'No answer. Is the sample still running, and is the issuer reachable?',
    );
    return undefined;
  }
}
