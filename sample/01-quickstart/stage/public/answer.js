import { credentials } from './credentials.js';
import { byId, h, reveal } from './shared/dom.js';

/** Shows an answer of the API, and what the user can do about it. */
export function showAnswer(answer, credential, help) {
  const tone = answer.status < 300 ? 'good' : answer.status < 500 ? 'refused' : 'bad';
  byId('answer').replaceChildren(
    h(
      'p',
      { className: 'request' },
      h('strong', { className: `status ${tone}` }, `${answer.status} ${answer.reason}`),
      h(
        'span',
        {},
        h('code', {}, `${answer.method} ${answer.path}`),
        h('span', { className: 'soft' }, ` ${credentials[credential].words}`),
      ),
    ),
    ...(help === undefined ? [] : [showHelp(help)]),
    ...(answer.challenge === undefined
      ? []
      : part('WWW-Authenticate', answer.challenge, 'challenge')),
    ...part('Body', JSON.stringify(answer.body, null, 2), 'body'),
  );
  // On a narrow screen, the answer is below the button.
  reveal(byId('answer').closest('section'));
}

/** Shows an error that happened before the call. */
export function showProblem(message) {
  byId('answer').replaceChildren(h('p', { className: 'problem' }, message));
}

function showHelp({ text, label, act }) {
  return h(
    'div',
    { className: 'help' },
    h('p', {}, text),
    ...(act === undefined ? [] : [h('button', { className: 'primary', onclick: act }, label)]),
  );
}

function part(title, text, name) {
  return [h('h3', {}, title), h('pre', { tabIndex: 0, className: name }, text)];
}
