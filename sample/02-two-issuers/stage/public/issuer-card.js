import { h } from './shared/dom.js';
import { drawLifetime } from './lifetime.js';
import { duration, shortKid } from './words.js';

const failures = { reset: 'connection reset', hang: 'no answer', 500: 'HTTP 500' };
const tones = { fresh: 'good', stale: 'refused', unavailable: 'bad', 'never loaded': 'idle' };

/**
 * The card of an issuer. Updates keep its elements, so that focus and choices stay. `act` performs
 * the actions of its buttons.
 */
export function createIssuerCard({ id, label }, act) {
  const card = document.getElementById('issuer').content.cloneNode(true).firstElementChild;
  const find = (selector) => card.querySelector(selector);
  const title = find('h2');
  title.textContent = label;
  title.id = `${id}-title`;
  card.id = id;
  card.setAttribute('aria-labelledby', title.id);
  find('.name').textContent = label;

  const kind = find('select');
  let isOut = false;
  const unplug = () => act('unplug', { kind: kind.value === '500' ? 500 : kind.value });
  find('.pull').addEventListener('click', () => (isOut ? act('plug-in') : unplug()));
  kind.addEventListener('change', () => isOut && unplug());
  find('.rotate').addEventListener('click', () =>
    act('rotate', { overlap: find('.overlap').checked }),
  );
  find('.refresh').addEventListener('click', () => act('refresh'));
  find('.garbage').addEventListener('click', () => act('garbage'));

  function update({ outage, signingKid, keys }, now) {
    isOut = outage !== undefined;
    card.classList.toggle('out', isOut);
    set(find('.pull'), isOut ? 'Plug in again' : 'Pull the plug');
    const state = keys?.state ?? 'never loaded';
    set(find('.state'), state);
    find('.state').className = `state ${tones[state]}`;
    drawLifetime(find('.life'), keys);
    set(find('.age'), ageInWords(keys, now));
    set(find('.next'), nextAttempt(keys, now));
    set(find('.error'), errorInWords(keys, outage));
    find('.error').classList.toggle('wrong', keys?.lastError !== undefined);
    set(find('.counts'), countsInWords(keys));
    showKids(find('.kids'), keys?.kids ?? [], signingKid);
  }

  return { card, update };
}

function ageInWords(keys, now) {
  if (keys?.fetchedAt === undefined) return 'none yet';
  const age = duration(keys.age);
  if (keys.state === 'fresh') return `${age}, fresh for ${duration(keys.expiresAt - now)}`;
  return keys.state === 'stale'
    ? `${age}, usable for ${duration(keys.usableUntil - now)}`
    : `${age}, too old`;
}

function nextAttempt(keys, now) {
  const wait = (keys?.nextAttemptAt ?? now) - now;
  return wait >= 0.5 ? `by a call in ${duration(wait)}` : 'by the next call';
}

function errorInWords(keys, outage) {
  if (keys?.lastError !== undefined) return keys.lastError.reason;
  return outage === undefined
    ? 'none'
    : `none yet: no fetch since the plug was pulled (${failures[outage]})`;
}

function countsInWords(keys) {
  const { fetches = 0, failures: failed = 0, refusedByCooldown = 0 } = keys ?? {};
  const failedInARow = `${failed} failed in a row`;
  return `${fetches} in all, ${failedInARow}, ${refusedByCooldown} spared by the cooldown`;
}

function showKids(element, kids, signingKid) {
  const shown = [signingKid, ...kids].join();
  if (element.dataset.shown === shown) return;
  element.dataset.shown = shown;
  const chips = kids.map((kid) =>
    kid === signingKid ? chip(kid, 'signing', ' signs') : chip(kid),
  );
  const stranger = kids.includes(signingKid)
    ? []
    : [chip(signingKid, 'stranger', ' signs, not known yet')];
  element.replaceChildren(...(kids.length === 0 ? ['none'] : chips), ...stranger);
}

function chip(kid, kind = '', words = '') {
  return h('code', { className: `chip ${kind}`, title: kid }, shortKid(kid), words);
}

/** Changes the text only if it differs, so that selected text stays selected. */
function set(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
