import { h } from './shared/dom.js';
import { seconds, words } from './outcome.js';

/** A lane of the timeline. Updates keep its elements, so that selected text stays selected. */
export function createLane({ name, declared, promise }) {
  const track = h('div', { className: 'track', role: 'img', ariaLabel: 'not called yet' });
  const verdict = h('strong', { className: 'idle' }, 'not called yet');
  const told = h('code', {});
  const asked = h('span', { className: 'soft asked' });
  const row = h(
    'li',
    { className: 'lane' },
    h(
      'div',
      {},
      h('h3', {}, name),
      h('code', { className: 'chip' }, declared),
      h('p', { className: 'soft' }, promise),
    ),
    track,
    h('div', { className: 'verdict' }, verdict, told, asked),
  );
  const press = h('span', { className: 'press' });
  const drawn = [];

  /** The axis is `length` seconds long, of which `before` seconds are before the press. */
  function draw(segments, now, { length, before }) {
    const end = Math.min(now, length - before);
    const percent = (from, to) => `${((to - from) / length) * 100}%`;
    while (drawn.length < segments.length) drawn.push(h('span'));
    while (drawn.length > segments.length) drawn.pop();
    segments.forEach(({ from, tone }, index) => {
      const start = Math.min(Math.max(from, -before), end);
      const stop = Math.min(segments[index + 1]?.from ?? end, end);
      drawn[index].className = `segment ${tone}`;
      drawn[index].style.left = percent(-before, start);
      drawn[index].style.width = percent(start, stop);
    });
    track.replaceChildren(...drawn, press);
    track.ariaLabel = segments.map(describe).join(', then ');
    judge(segments);
  }

  function judge(segments) {
    const last = segments.at(-1);
    if (last === undefined) return;
    set(
      verdict,
      Number.isFinite(last.from)
        ? `${words[last.tone]} after ${seconds(last.from)}`
        : `still ${words[last.tone]}`,
    );
    verdict.className = last.tone;
    set(told, last.told ?? '');
  }

  return { row, draw, showQuestions: (text) => set(asked, text) };
}

function describe({ tone, told, from }) {
  const when = Number.isFinite(from) ? ` after ${seconds(from)}` : '';
  return `${words[tone]}${when}${told === undefined ? '' : ` with ${told}`}`;
}

function set(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
