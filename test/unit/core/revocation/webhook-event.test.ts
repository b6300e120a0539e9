import { readWebhookEvent } from '../../../../lib/core/revocation/webhook-event.js';
import { refusalOf } from '../../../support/refusals.js';

const AT = 1136171045;
const USER = '338deafa-400b-4589-a922-2c92d670b757';
/** The body of the wire facts. */
function bodyOf(
  type: unknown,
  changes: { user?: object; context?: object; event?: object } = {},
): string {
  const user = {
    id: USER,
    is_disabled: true,
    is_deactivated: false,
    is_anonymized: false,
    roles: [],
    groups: [],
    ...changes.user,
  };
  const context = {
    timestamp: AT,
    user_id: USER,
    triggered_by: 'admin_api',
    app_id: 'my-project',
    audit_context: {},
    ...changes.context,
  };
  return JSON.stringify({
    id: '00000000000001b3',
    seq: 435,
    type,
    payload: { user },
    context,
    ...changes.event,
  });
}
const NOW = AT + 60;
const read = (...args: Parameters<typeof bodyOf>) => readWebhookEvent(bodyOf(...args), NOW);
const reasonOf = (body: string) => {
  const { code, reason } = refusalOf(() => readWebhookEvent(body, NOW));
  expect(code).toBe('webhook_malformed');
  return reason;
};

const revoked = { userId: USER, record: { notBefore: AT, suspension: undefined } };
const lifted = {
  userId: USER,
  record: { notBefore: undefined, suspension: { at: AT, seq: 435, period: undefined } },
};

test.each([
  ['user.disabled', { is_disabled: true }, revoked],
  ['user.disabled', { is_disabled: false }, undefined],
  ['user.disabled', { is_disabled: undefined }, undefined],
  ['user.disabled', { is_disabled: 'true' }, undefined],
  ['user.disabled', { is_disabled: 1 }, undefined],
  ['user.disabled', { is_disabled: null }, undefined],
  ['user.reenabled', { is_disabled: false }, lifted],
  ['user.reenabled', { is_disabled: true }, lifted],
  ['user.deletion_scheduled', { is_disabled: false }, revoked],
  ['user.deletion_scheduled', { is_disabled: true }, revoked],
  ['user.deletion_unscheduled', { is_disabled: false }, undefined],
  ['user.deletion_unscheduled', { is_disabled: true }, undefined],
  ['user.anonymization_scheduled', { is_disabled: false }, revoked],
  ['user.anonymization_unscheduled', { is_disabled: false }, undefined],
  ['user.anonymization_unscheduled', { is_disabled: true }, undefined],
  ['user.deleted', { is_disabled: false }, revoked],
  ['user.deleted', { is_disabled: true }, revoked],
  ['user.anonymized', { is_disabled: false, is_anonymized: false }, revoked],
  ['user.profile.updated', {}, undefined],
  ['user.reauthenticated', {}, undefined],
  ['user.authenticated', {}, undefined],
  ['User.Disabled', {}, undefined],
  ['user.disabled ', {}, undefined],
  ['', {}, undefined],
  ['__proto__', {}, undefined],
  ['constructor', {}, undefined],
  ['toString', {}, undefined],
  ['hasOwnProperty', {}, undefined],
])('%j of a user %j', (type, user, revocation) => {
  expect(read(type, { user })).toEqual({ id: '00000000000001b3', type, revocation });
});

describe('a planned disabling', () => {
  const FROM = '2026-01-01T00:00:00Z';
  const UNTIL = '2026-01-08T12:30:00.5+02:00';
  const from = Date.parse(FROM) / 1000;
  const until = Date.parse(UNTIL) / 1000;
  const plan = (period: object, isDisabled = false, isInUser = false) => {
    const user = { id: USER, is_disabled: isDisabled };
    const payload = isInUser ? { user: { ...user, ...period } } : { user, ...period };
    return read('user.disabled', { event: { payload } }).revocation?.record;
  };

  test.each<[object, object]>([
    [
      { temporarily_disabled_from: FROM, temporarily_disabled_until: UNTIL },
      { from, until },
    ],
    [
      { temporarily_disabled_from: FROM, temporarily_disabled_until: null },
      { from, until: undefined },
    ],
    [{ temporarily_disabled_from: FROM }, { from, until: undefined }],
    [{ temporarily_disabled_until: UNTIL }, { from: AT, until }],
  ])('%j suspends', (given, period) => {
    const suspension = { at: AT, seq: 435, period };
    for (const isInUser of [false, true]) {
      expect(plan(given, false, isInUser)).toEqual({ notBefore: undefined, suspension });
      expect(plan(given, true, isInUser)).toEqual({ notBefore: AT, suspension });
    }
  });

  test.each(['soon', '', 5, true, [], {}])('a date that is %j is malformed', (date) => {
    for (const name of ['temporarily_disabled_from', 'temporarily_disabled_until']) {
      const payload = { user: { id: USER, is_disabled: false }, [name]: date };
      expect(reasonOf(bodyOf('user.disabled', { event: { payload } }))).toMatch(/period/);
    }
  });
});

test('an event from the future counts as one from now', () => {
  const context = { timestamp: NOW + 3_600 };
  expect(read('user.disabled', { context }).revocation?.record.notBefore).toBe(NOW);
});

test('the user comes from the payload, not from the context', () => {
  expect(
    read('user.disabled', { context: { user_id: 'the-administrator' } }).revocation?.userId,
  ).toBe(USER);
});

test('without "seq", the time alone determines the order', () => {
  const { revocation } = read('user.reenabled', { event: { seq: undefined } });
  expect(revocation?.record.suspension).toEqual({ at: AT, seq: 0, period: undefined });
});

test.each([
  ['no text', ''],
  ['no JSON', '{"id":'],
  ['null', 'null'],
  ['a list', '[]'],
  ['text', '"user.disabled"'],
  ['a number', '1'],
])('no event: %s', (_, body) => {
  expect(reasonOf(body)).toBe('the body is not a JSON object');
});

test.each([
  ['no id', { id: undefined }],
  ['an empty id', { id: '' }],
  ['an id that is a number', { id: 435 }],
  ['id null', { id: null }],
  ['no type', { type: undefined }],
  ['a type that is a list', { type: ['user.disabled'] }],
  ['type null', { type: null }],
])('no event: %s', (_, event) => {
  expect(reasonOf(bodyOf('user.disabled', { event }))).toMatch(/"id" or no "type"/);
});

const types = ['user.disabled', 'user.reenabled', 'user.deleted', 'user.deletion_scheduled'];
describe.each(types)('%s', (type) => {
  test.each([
    ['no payload', { event: { payload: undefined } }],
    ['payload null', { event: { payload: null } }],
    ['payload a list', { event: { payload: [] } }],
    ['no user', { event: { payload: {} } }],
    ['user null', { event: { payload: { user: null } } }],
    ['a user that is text', { event: { payload: { user: USER } } }],
    ['no user id', { user: { id: undefined } }],
    ['an empty user id', { user: { id: '' } }],
    ['a user id that is a number', { user: { id: 7 } }],
    ['no context', { event: { context: undefined } }],
    ['context null', { event: { context: null } }],
    ['no timestamp', { context: { timestamp: undefined } }],
    ['timestamp null', { context: { timestamp: null } }],
    ['a timestamp that is text', { context: { timestamp: '1136171045' } }],
    ['a timestamp that is a date', { context: { timestamp: '2006-01-02T03:04:05Z' } }],
    ['a seq that is text', { event: { seq: '435' } }],
    ['seq null', { event: { seq: null } }],
  ])('with %s is malformed', (_, changes) => {
    expect(reasonOf(bodyOf(type, changes))).toContain(`"${type}" has no`);
  });
});

test.each(['{"timestamp":1e999,"x":1}', '{"timestamp":-1e999}'])(
  'a time that is no number: %s',
  (context) => {
    const body = bodyOf('user.disabled', { event: { context: 'here' } }).replace('"here"', context);
    expect(reasonOf(body)).toMatch(/timestamp/);
  },
);

test('an inherited property is not an event type', () => {
  const body = bodyOf('user.disabled', { event: { payload: 'here' } }).replace(
    '"payload":"here"',
    `"__proto__":{"payload":{"user":{"id":"a","is_disabled":true}}}`,
  );
  expect(reasonOf(body)).toMatch(/payload\.user\.id/);
});

test('the reason does not quote the body', () => {
  expect(reasonOf('{"secret": hunter2')).not.toContain('hunter2');
  expect(reasonOf(bodyOf('user.disabled', { user: { id: 7, email: 'hunter2' } }))).not.toContain(
    'hunter2',
  );
});
