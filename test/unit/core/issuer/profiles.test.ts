import { authpiProfile } from '../../../../lib/core/issuer/authpi.js';
import { oidcProfile } from '../../../../lib/core/issuer/oidc.js';

const NOW = 1_767_225_600;

describe('machines', () => {
  test.each([
    ['usr_1', false],
    ['c_1', true],
    ['agt_1', true],
    ['cc_1', false],
    ['xc_1', false],
    ['C_1', false],
  ])('AuthPI: %s %p', (sub, isMachine) => {
    expect(authpiProfile.readUser({ sub, client_id: 'c_1' }).isMachine).toBe(isMachine);
  });

  test.each([
    [{ sub: 'a', client_id: 'a' }, true],
    [{ sub: 'a', client_id: 'b' }, false],
    [{ sub: 'a' }, false],
  ])('OpenID Connect: %j %p', (claims, isMachine) => {
    expect(oidcProfile({}).readUser(claims).isMachine).toBe(isMachine);
  });
});

describe('auth_time', () => {
  test('of AuthPI equals iat, and so is ignored', () => {
    expect(
      authpiProfile.readUser({ sub: 'usr_1', auth_time: NOW, iat: NOW }).authTime,
    ).toBeUndefined();
  });

  test('of another issuer is what it says, unless it is not to be trusted', () => {
    expect(oidcProfile({}).readUser({ sub: 'a', auth_time: NOW }).authTime).toBe(NOW);
    expect(
      oidcProfile({ trustAuthTime: false }).readUser({ sub: 'a', auth_time: NOW }).authTime,
    ).toBeUndefined();
  });
});

test('the cooldown of AuthPI is a minute', () => {
  expect(authpiProfile.cooldown).toBe(60_000);
  expect(oidcProfile({}).cooldown).toBe(30_000);
});

test('what a profile cannot know is undefined', () => {
  const user = oidcProfile({}).readUser({
    sub: 'a',
    organizations: [{ id: 'o', scopes: [] }],
    'https://authgear.com/claims/user/is_verified': true,
  });
  for (const field of ['isAnonymous', 'isVerified', 'canReauthenticate', 'organizations'] as const)
    expect(user[field]).toBeUndefined();
});
