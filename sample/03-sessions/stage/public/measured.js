import { byId, h } from './shared/dom.js';
import { seconds } from './outcome.js';

const MOST = 8;

/** A row per action, the latest first: the time that each protection took. */
export function createMeasured(lanes) {
  const columns = [
    h('th', { scope: 'col' }, 'What happened'),
    ...lanes.map(({ name }) => h('th', { scope: 'col' }, name)),
  ];
  byId('columns').replaceChildren(...columns);
  const rows = byId('rows');
  let update = () => {};

  function start(run) {
    byId('nothing').hidden = true;
    byId('measured').hidden = false;
    const cells = lanes.map(({ name }) => createCell(name));
    rows.prepend(h('tr', {}, h('th', { scope: 'row' }, run.title), ...cells));
    while (rows.children.length > MOST) rows.lastElementChild.remove();
    update = (isOver) =>
      lanes.forEach(({ id }, index) => show(cells[index], run.segments(id), isOver));
  }

  return { start, update: (isOver) => update(isOver) };
}

/** On a narrow screen, the name replaces the head of the table. */
function createCell(name) {
  const cell = h('td');
  cell.dataset.lane = name;
  return cell;
}

function show(cell, segments, isOver) {
  const { text, told } = noticed(segments, isOver);
  if (cell.dataset.shown === text + told) return;
  cell.dataset.shown = text + told;
  cell.replaceChildren(text, ...(told === undefined ? [] : [h('code', {}, told)]));
}

/** Only the first change counts. */
function noticed([before, change], isOver) {
  if (before?.tone !== 'good') return { text: 'refused before', told: undefined };
  if (change === undefined) return { text: isOver ? 'not noticed' : 'not yet', told: undefined };
  return { text: seconds(change.from), told: change.told };
}
