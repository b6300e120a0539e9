import { scrollToAnswer, showAnswer, showProblem } from './answer.js';
import { call, control, readStatus } from './api.js';
import { createCallPanel } from './call-panel.js';
import { callers, routes, stranger } from './cast.js';
import { byId } from './shared/dom.js';
import { createIssuerCard } from './issuer-card.js';
import { createTimeline } from './timeline.js';
import { duration, timeOfDay } from './words.js';

const SECOND = 1000;
const NO_ANSWER = 'No answer. Is the sample still running?';

const timeline = createTimeline([...callers, stranger]);
const panel = createCallPanel(routes, callers, (caller) => guarded(() => callAs(caller)));
const cards = new Map();
/** The last token of each caller, to send again after its issuer rotates keys. */
const tokens = new Map();
/** The labels of the issuers, by `iss`. */
const labels = new Map();

for (const button of document.querySelectorAll('[data-seconds]')) {
  const seconds = Number(button.dataset.seconds);
  button.addEventListener(
    'click',
    () => void guarded(async () => show(await control('clock', { seconds }))),
  );
}
void poll();
void keepCalling();

/** Reads the status once a second. */
async function poll() {
  try {
    show(await readStatus());
    byId('problem').hidden = true;
  } catch {
    byId('problem').textContent = NO_ANSWER;
    byId('problem').hidden = false;
  }
  setTimeout(() => void poll(), SECOND);
}

function show({ clock, issuers }) {
  byId('time').textContent = timeOfDay(clock.now);
  byId('ahead').textContent =
    clock.ahead === 0 ? 'the time of day' : `${duration(clock.ahead)} ahead`;
  for (const issuer of issuers) {
    if (!cards.has(issuer.id)) addCard(issuer);
    const { update, state } = cards.get(issuer.id);
    update(issuer, clock.now);
    tellChange(issuer, state);
  }
}

function addCard(issuer) {
  const { card, update } = createIssuerCard(issuer, (action, body) =>
    guarded(() => act(issuer.id, action, body)),
  );
  cards.set(issuer.id, { update });
  if (issuer.keys !== undefined) labels.set(issuer.keys.issuer, issuer.label);
  byId('issuers').append(card);
}

/** Tells screen readers when the state of keys changes. */
function tellChange({ id, label, keys }, before) {
  const state = keys?.state;
  if (before !== undefined && before !== state)
    byId('news').textContent = `The keys of ${label} are ${state}.`;
  cards.get(id).state = state;
}

async function act(id, action, body) {
  if (action === 'garbage') await sendUnknownKeys(id);
  else show(await control(`${id}/${action}`, body));
}

async function callAs(caller, { quietly = false } = {}) {
  if (panel.wantsFreshToken() || !tokens.has(caller.id)) {
    const { token } = await control('tokens', { caller: caller.id });
    tokens.set(caller.id, token);
  }
  const answer = await call(panel.path(), tokens.get(caller.id));
  timeline.add(caller.id, answer);
  if (!quietly) {
    showAnswer(answer, caller.name, labels);
    scrollToAnswer();
  }
  show(await readStatus());
}

/** Sends ten tokens with unknown key IDs. The API fetches the keys once. */
async function sendUnknownKeys(issuer) {
  const imitated = callers.find((one) => one.issuer === issuer);
  for (let count = 1; count <= 10; count += 1) {
    const { token } = await control('tokens', { caller: imitated.id, unknownKey: true });
    const answer = await call('/api/whoami', token);
    timeline.add(stranger.id, answer);
    if (count === 10) showAnswer(answer, `a stranger, ${count} times`, labels);
  }
  show(await readStatus());
}

async function keepCalling() {
  if (panel.keepsCalling()) {
    // Both at once: an issuer that hangs must not delay the caller of the other one.
    const [ada, job] = callers;
    await Promise.allSettled([ada, job].map((caller) => callAs(caller, { quietly: true })));
  }
  setTimeout(() => void keepCalling(), SECOND);
}

/** Runs `work`. `fetch` throws a TypeError when there is no answer, which the page shows. */
async function guarded(work) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    showProblem(NO_ANSWER);
  }
}
