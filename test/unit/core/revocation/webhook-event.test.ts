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
const read = (...args: Parameters<typeof bodyOf>) => readWebhookEvent(bodyOf(...args));
const reasonOf = (body: string) => {
  const { code, reason } = refusalOf(() => readWebhookEvent(body));
  expect(code).toBe('webhook_malformed');
  return reason;
};

const revoked = {
  userId: USER,
  mark: { latest: { at: AT, seq: 435, notBefore: AT }, endedAt: undefined },
};
const lifted = {
  userId: USER,
  mark: { latest: { at: AT, seq: 435, notBefore: undefined }, endedAt: undefined },
};
const ended = { userId: USER, mark: { latest: undefined, endedAt: AT } };

test.each([
  ['user.disabled', { is_disabled: true }, revoked],
  ['user.disabled', { is_disabled: false }, undefined],
  ['user.disabled', { is_disabled: undefined }, undefined],
  ['user.disabled', { is_disabled: 'true' }, undefined],
  ['user.disabled', { is_disabled: 1 }, undefined],
  ['user.disabled', { is_disabled: null }, undefined],
  ['user.reenabled', { is_disabled: false }, lifted],
  ['user.reenabled', { is_disabled: undefined }, undefined],
  ['user.reenabled', { is_disabled: true }, undefined],
  ['user.deletion_scheduled', { is_disabled: false }, revoked],
  ['user.deletion_scheduled', { is_disabled: true }, revoked],
  ['user.deletion_unscheduled', { is_disabled: false }, lifted],
  ['user.deletion_unscheduled', { is_disabled: true }, undefined],
  ['user.anonymization_scheduled', { is_disabled: false }, revoked],
  ['user.anonymization_unscheduled', { is_disabled: false }, lifted],
  ['user.anonymization_unscheduled', { is_disabled: true }, undefined],
  ['user.deleted', { is_disabled: false }, ended],
  ['user.deleted', { is_disabled: true }, ended],
  ['user.anonymized', { is_disabled: false }, ended],
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

test('a user who will be disabled later is not revoked now', () => {
  const payload = {
    user: { id: USER, is_disabled: false },
    temporarily_disabled_from: '2126-01-01T00:00:00Z',
    temporarily_disabled_until: null,
  };
  expect(read('user.disabled', { event: { payload } }).revocation).toBeUndefined();
});

test('the user comes from the payload, not from the context', () => {
  expect(
    read('user.disabled', { context: { user_id: 'the-administrator' } }).revocation?.userId,
  ).toBe(USER);
});

test('without "seq", the time alone determines the order', () => {
  expect(read('user.disabled', { event: { seq: undefined } }).revocation?.mark.latest).toEqual({
    at: AT,
    seq: 0,
    notBefore: AT,
  });
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
