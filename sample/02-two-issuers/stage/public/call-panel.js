import { byId, h } from './shared/dom.js';

/** The choices of a call: route, token and caller. */
export function createCallPanel(routes, callers, onCall) {
  document.querySelector('.routes').append(...routes.map(routeChoice));
  byId('callers').append(
    ...callers.map((caller) =>
      h(
        'button',
        { className: 'primary', onclick: () => onCall(caller) },
        caller.title,
        h('small', {}, caller.about),
      ),
    ),
  );
  return {
    path: () => document.querySelector('input[name=route]:checked').value,
    wantsFreshToken: () => document.querySelector('input[name=token]:checked').value === 'fresh',
    keepsCalling: () => byId('keep-calling').checked,
  };
}

function routeChoice({ path, needs, about }, index) {
  const radio = h('input', { type: 'radio', name: 'route', value: path, checked: index === 0 });
  const declared = needs === undefined ? [] : [h('code', { className: 'chip' }, needs)];
  return h(
    'label',
    { className: 'route' },
    radio,
    h(
      'span',
      {},
      h('code', { className: 'path' }, path),
      h('span', { className: 'soft' }, about),
      ...declared,
    ),
  );
}
