import { byId, h } from './shared/dom.js';
import { toneOf } from './words.js';

const LONGEST = 30;

/** The last calls of each caller as ticks. Color and height show the outcome. */
export function createTimeline(callers) {
  const rows = new Map(callers.map(({ id, name }) => [id, createRow(name)]));
  byId('timeline').replaceChildren(...[...rows.values()].map(({ row }) => row));
  return {
    add(caller, { status, path }) {
      rows.get(caller).add(status, path);
    },
  };
}

function createRow(name) {
  const statuses = [];
  const ticks = h('span', { className: 'ticks', role: 'img', ariaLabel: 'no calls yet' });
  const count = h('span', { className: 'count soft' });
  const row = h('li', {}, h('span', { className: 'who' }, name), ticks, count);

  function add(status, path) {
    statuses.push(status);
    ticks.append(h('i', { className: `tick ${toneOf(status)}`, title: `${status} ${path}` }));
    if (statuses.length > LONGEST) {
      statuses.shift();
      ticks.firstElementChild.remove();
    }
    const sums = new Map();
    for (const one of statuses) sums.set(one, (sums.get(one) ?? 0) + 1);
    const counts = [...sums].map(([one, sum]) => `${sum} times ${one}`);
    ticks.ariaLabel = `the last ${statuses.length}: ${counts.join(', ')}`;
    count.textContent = status;
  }

  return { row, add };
}
