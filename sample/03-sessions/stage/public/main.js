import { act, call, readStage, Refused } from './api.js';
import { byId, h } from './shared/dom.js';
import { createLane } from './lane.js';
import { lanesOf } from './lanes.js';
import { createMeasured } from './measured.js';
import { outcomeOf, seconds, words } from './outcome.js';
import { createQuestions } from './questions.js';
import { createRun } from './run.js';

const CALL_EVERY = 250;
const DRAW_EVERY = 100;
const LOOK_EVERY = 1000;
const NO_ANSWER = 'No answer. Is the sample still running?';

const stage = await readStage();
const lanes = lanesOf(stage.limits);
const rows = new Map(lanes.map((lane) => [lane.id, createLane(lane)]));
const measured = createMeasured(lanes);
const questions = new Map(lanes.map(({ id }) => [id, createQuestions()]));
const calls = Object.fromEntries(lanes.map(({ id }) => [id, 0]));
/** The outcome of the last call of each lane. */
const latest = new Map();
const axis = createAxis(stage.limits);
let { isDisabled, isUnplugged } = stage;
let token;
let run;

byId('lanes').append(...lanes.map(({ id }) => rows.get(id).row));
for (const [id, work] of Object.entries({
  'sign-in': signIn,
  disable,
  'sign-out': signOut,
  unplug,
})) {
  byId(id).addEventListener('click', () => {
    byId('problem').hidden = true;
    void guarded(work);
  });
}
show(stage);
setInterval(draw, DRAW_EVERY);
setInterval(() => void guarded(poll), LOOK_EVERY);
for (const lane of lanes) void keepCalling(lane);

async function signIn() {
  const signedIn = await act('sign-in');
  token = signedIn.token;
  start('Signed in');
  show(await readStage());
}

async function disable() {
  const isWebhookLost = byId('lost').checked;
  const title = isDisabled ? 'Account enabled' : 'Account disabled';
  start(isWebhookLost ? `${title}, webhook lost` : title, { isMeasured: !isDisabled });
  show(await act('disabled', { value: !isDisabled, isWebhookLost }));
}

async function signOut() {
  start('Signed out from another device', { isMeasured: true });
  show(await act('sign-out'));
}

async function unplug() {
  start(isUnplugged ? 'Authgear plugged in' : 'Authgear unplugged', { isMeasured: !isUnplugged });
  show(await act('unplugged', { value: !isUnplugged }));
}

/** Starts the time at the press of the button, before Authgear knows of it. */
function start(title, { isMeasured = false } = {}) {
  run = createRun(title, { first: latest, isMeasured });
  if (isMeasured) measured.start(run);
  byId('news').textContent = `${title}.`;
}

async function keepCalling(lane) {
  const started = performance.now();
  if (token !== undefined) await guarded(() => callOnce(lane));
  // One call at a time, so that answers stay in order.
  setTimeout(() => void keepCalling(lane), Math.max(0, started + CALL_EVERY - performance.now()));
}

async function callOnce(lane) {
  const asked = run;
  const outcome = outcomeOf(await call(lane, token));
  calls[lane.id] += 1;
  latest.set(lane.id, outcome);
  // The answer to an earlier call says nothing about this run.
  if (asked !== run) return;
  const change = run.add(lane.id, outcome);
  if (change !== undefined)
    byId('news').textContent = `${lane.name}: ${words[change.tone]} after ${seconds(change.from)}.`;
}

async function poll() {
  const report = await readStage();
  if (byId('problem').textContent === NO_ANSWER) byId('problem').hidden = true;
  show(report);
  for (const [id, { tone }] of latest) {
    questions.get(id).add(report.questions[id], calls[id], tone);
    rows.get(id).showQuestions(questions.get(id).inWords());
  }
}

function show(report) {
  ({ isDisabled, isUnplugged } = report);
  const state = stateOf();
  byId('state').textContent = state.text;
  byId('state').className = `state ${state.tone}`;
  byId('sign-in').disabled = false;
  byId('sign-in').textContent = token === undefined ? 'Sign in' : 'Sign in again';
  byId('disable').textContent = isDisabled ? 'Enable the account' : 'Disable the account';
  byId('unplug').textContent = isUnplugged ? 'Plug Authgear in' : 'Unplug Authgear';
  // Without a token, these buttons only undo what an earlier page did.
  byId('disable').disabled = token === undefined && !isDisabled;
  byId('unplug').disabled = token === undefined && !isUnplugged;
  byId('sign-out').disabled = token === undefined;
}

function stateOf() {
  if (isDisabled) return { text: 'disabled', tone: 'refused' };
  if (isUnplugged) return { text: 'Authgear is unplugged', tone: 'unknown' };
  return token === undefined
    ? { text: 'nobody is signed in', tone: 'idle' }
    : { text: 'signed in', tone: 'good' };
}

function draw() {
  if (run === undefined) return;
  for (const { id } of lanes) rows.get(id).draw(run.segments(id), run.now(), axis);
  byId('event').textContent = `${run.title}, ${Math.floor(run.now())} s ago`;
  measured.update(run.now() > axis.length - axis.before);
}

/** The axis shows some seconds more than the longest limit, and a short time before the press. */
function createAxis({ cacheFor, maxStaleness }) {
  const after = Math.ceil(Math.max(cacheFor, maxStaleness) * 1.2);
  const before = after / 12;
  const length = before + after;
  const step = [1, 2, 5, 10, 20].find((one) => after / one <= 8);
  const at = (second) => `${((before + second) / length) * 100}%`;
  const ticks = Array.from({ length: Math.floor(after / step) + 1 }, (_, index) => index * step);
  byId('scale').append(
    ...ticks.map((second) => {
      const tick = h('span', {}, `${second} s`);
      tick.style.left = at(second);
      return tick;
    }),
  );
  byId('lanes').style.setProperty('--press', at(0));
  return { before, length };
}

/** Runs `work`. `fetch` throws a TypeError when there is no answer, which the page shows. */
async function guarded(work) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof Refused)) throw error;
    byId('problem').textContent = error instanceof Refused ? error.message : NO_ANSWER;
    byId('problem').hidden = false;
  }
}
