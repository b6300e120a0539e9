import { byId, h, reveal } from './shared/dom.js';
import { shortKid, toneOf } from './words.js';

/** Shows an answer of the API: status, issuer, caller and body. */
export function showAnswer(answer, name, labels) {
  const { status, reason, path, took, kid, challenge, retryAfter, body } = answer;
  const key = h('code', { className: 'chip', title: kid }, shortKid(kid));
  byId('answer').replaceChildren(
    h(
      'p',
      { className: 'request' },
      h('strong', { className: `status ${toneOf(status)}` }, `${status} ${reason}`),
      h(
        'span',
        {},
        h('code', {}, `GET ${path}`),
        h('span', { className: 'soft' }, ` as ${name}, ${took} ms`),
      ),
    ),
    h(
      'dl',
      { className: 'facts' },
      ...(body.caller === undefined
        ? fact('Reason', body.message, 'why')
        : factsOf(body.caller, labels)),
      ...fact('Key of the token', key, 'key'),
      ...(retryAfter === undefined ? [] : fact('Retry-After', `${retryAfter} s`, 'retry-after')),
      ...(challenge === undefined
        ? []
        : fact('WWW-Authenticate', h('code', {}, challenge), 'challenge')),
    ),
    h('pre', { tabIndex: 0, className: 'body', ariaLabel: 'Body' }, JSON.stringify(body, null, 2)),
  );
}

/** Scrolls on a narrow screen only: on a wide one, the issuers stay visible. */
export function scrollToAnswer() {
  if (!matchMedia('(max-width: 60rem)').matches) return;
  reveal(byId('answer').closest('section'));
}

export function showProblem(message) {
  byId('answer').replaceChildren(h('p', { className: 'problem' }, message));
}

function factsOf({ issuer, sub, isMachine, scopes }, labels) {
  const chips = scopes.map((scope) => h('code', { className: 'chip' }, scope));
  return [
    ...fact(
      'Issuer',
      [h('strong', {}, labels.get(issuer) ?? 'unknown'), h('code', {}, issuer)],
      'vouched',
    ),
    ...fact(
      'Caller',
      [h('strong', {}, isMachine ? 'a machine' : 'a person'), h('code', {}, sub)],
      'caller',
    ),
    ...fact('Scopes', chips.length === 0 ? 'none' : chips, 'scopes'),
  ];
}

function fact(term, value, name) {
  return [h('div', {}, h('dt', {}, term), h('dd', { className: name }, value))];
}
