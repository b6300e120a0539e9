import {
  readSession,
  sessionHeaders,
  toUser,
  type Session,
} from '../../../../lib/core/session/session.js';

const valid = { 'x-authgear-session-valid': 'true', 'x-authgear-user-id': 'user-1' };
const read = (headers: Record<string, string | undefined>) => readSession((name) => headers[name]);
const sessionOf = (headers: Record<string, string>): Session => {
  const answer = read({ ...valid, ...headers });
  if (typeof answer === 'string') throw new Error(`expected a session, got ${answer}`);
  return answer;
};

const whole = {
  ...valid,
  'x-authgear-user-anonymous': 'false',
  'x-authgear-user-verified': 'true',
  'x-authgear-user-can-reauthenticate': 'true',
  'x-authgear-user-roles': 'store_manager,cashier',
  'x-authgear-session-amr': 'pwd x_primary_password',
  'x-authgear-session-authenticated-at': '1767225600',
};
const session: Session = {
  userId: 'user-1',
  isAnonymous: false,
  isVerified: true,
  canReauthenticate: true,
  roles: ['store_manager', 'cashier'],
  amr: ['pwd', 'x_primary_password'],
  authTime: 1767225600,
};

test('all headers', () => {
  expect(read(whole)).toEqual(session);
});

test('no header but these is looked at', () => {
  const asked = new Set<string>();
  readSession((name) => {
    asked.add(name);
    return (whole as Record<string, string>)[name];
  });
  expect(asked).toEqual(new Set(Object.keys(whole)));
  expect(new Set(Object.values(sessionHeaders))).toEqual(asked);
});

test('the two required headers are sufficient: other fields are undefined or empty', () => {
  const unknown = {
    isAnonymous: undefined,
    isVerified: undefined,
    canReauthenticate: undefined,
    roles: [],
    amr: [],
    authTime: undefined,
  };
  expect(read(valid)).toStrictEqual({ userId: 'user-1', ...unknown });
});

test('the result is frozen', () => {
  const answer = sessionOf(whole);
  for (const value of [answer, answer.roles, answer.amr, sessionOf({}).roles])
    expect(Object.isFrozen(value)).toBe(true);
});

describe('whether there is a session', () => {
  test.each([
    ['absent', undefined, 'none'],
    ['empty', '', 'none'],
    ['blank', '  \t', 'none'],
    ['false', 'false', 'invalid'],
    ['False', 'False', 'invalid'],
    ['TRUE', 'TRUE', 'invalid'],
    ['True', 'True', 'invalid'],
    ['1', '1', 'invalid'],
    ['yes', 'yes', 'invalid'],
    ['twice true, as a joined header', 'true, true', 'invalid'],
    ['true, then false', 'true, false', 'invalid'],
    ['false, then true', 'false, true', 'invalid'],
    ['quoted', '"true"', 'invalid'],
    ['a word that starts so', 'truely', 'invalid'],
  ])('%s is no session, with a user id or without', (_, isValid, answer) => {
    expect(read({ ...whole, 'x-authgear-session-valid': isValid })).toBe(answer);
    expect(read({ 'x-authgear-session-valid': isValid })).toBe(answer);
  });

  test.each([
    ['absent', undefined],
    ['empty', ''],
    ['blank', ' \t '],
    ['a space that is none in ASCII', '\u00a0'],
  ])('valid with a user id that is %s is none', (_, userId) => {
    expect(read({ ...whole, 'x-authgear-user-id': userId })).toBe('invalid');
  });

  test('white space around does not count', () => {
    expect(
      read({ 'x-authgear-session-valid': ' true ', 'x-authgear-user-id': '\tuser-1 ' }),
    ).toMatchObject({ userId: 'user-1' });
  });
});

describe.each([
  ['x-authgear-user-anonymous', 'isAnonymous'],
  ['x-authgear-user-verified', 'isVerified'],
  ['x-authgear-user-can-reauthenticate', 'canReauthenticate'],
] as const)('%s', (header, field) => {
  test.each([
    ['true', true],
    ['false', false],
    [' true ', true],
    ['', undefined],
    ['TRUE', undefined],
    ['False', undefined],
    ['1', undefined],
    ['true, false', undefined],
    ['null', undefined],
  ])('%j is %p', (value, expected) => {
    expect(sessionOf({ [header]: value })[field]).toBe(expected);
  });
});

test.each([
  ['', []],
  [' ', []],
  [',', []],
  [' , ,, ', []],
  ['admin', ['admin']],
  ['admin,cashier', ['admin', 'cashier']],
  ['admin, cashier', ['admin', 'cashier']],
  [' admin ,\tcashier , ', ['admin', 'cashier']],
  ['store manager,cashier', ['store manager', 'cashier']],
  ['admin;cashier', ['admin;cashier']],
])('roles stand with commas: %j', (value, roles) => {
  expect(sessionOf({ 'x-authgear-user-roles': value }).roles).toEqual(roles);
});

test.each([
  ['', []],
  ['   ', []],
  ['pwd', ['pwd']],
  ['pwd x_primary_password', ['pwd', 'x_primary_password']],
  ['  pwd   mfa ', ['pwd', 'mfa']],
  ['pwd,mfa', ['pwd,mfa']],
])('amr stands with spaces: %j', (value, amr) => {
  expect(sessionOf({ 'x-authgear-session-amr': value }).amr).toEqual(amr);
});

test.each([
  ['1767225600', 1767225600],
  [' 1767225600 ', 1767225600],
  ['0', 0],
  ['999999999999', 999999999999],
  ['', undefined],
  ['-1', undefined],
  ['+1', undefined],
  ['1.5', undefined],
  ['1e9', undefined],
  ['0x10', undefined],
  ['1767225600, 1767225601', undefined],
  ['2026-01-01T00:00:00Z', undefined],
  ['Infinity', undefined],
  ['NaN', undefined],
  ['9'.repeat(13), undefined],
  ['9'.repeat(400), undefined],
  ['１２', undefined],
])('the time %j is %p', (value, authTime) => {
  expect(sessionOf({ 'x-authgear-session-authenticated-at': value }).authTime).toBe(authTime);
});

describe('the user of a session', () => {
  test.each(['resolver', 'proxy'] as const)('by the %s', (via) => {
    const user = toUser(session, 'https://my-app.authgear.cloud', via);
    expect(JSON.parse(JSON.stringify(user))).toEqual({
      sub: 'user-1',
      issuer: 'https://my-app.authgear.cloud',
      via,
      audience: [],
      scopes: [],
      roles: ['store_manager', 'cashier'],
      isAnonymous: false,
      isVerified: true,
      canReauthenticate: true,
      isMachine: false,
      authTime: 1767225600,
      amr: ['pwd', 'x_primary_password'],
      claims: {},
    });
    expect(user).not.toHaveProperty('userId');
  });

  test('fields that the session lacks are undefined or empty', () => {
    const user = toUser(sessionOf({}), 'https://my-app.authgear.cloud', 'proxy');
    for (const field of [
      'isAnonymous',
      'isVerified',
      'canReauthenticate',
      'authTime',
      'clientId',
      'expiresAt',
    ] as const)
      expect(user[field]).toBeUndefined();
  });
});
