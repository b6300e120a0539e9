import { findMissingPermission, findStepUp } from '../../../../lib/core/policy/checks.js';
import {
  combine,
  hasRequirements,
  noRequirement,
  strictestAge,
  type Requirement,
} from '../../../../lib/core/policy/requirement.js';
import { AuthgearUser } from '../../../../lib/core/user.js';
import { NOW } from '../../../support/tokens.js';

function user(fields: Partial<AuthgearUser> = {}): AuthgearUser {
  return new AuthgearUser({
    sub: 'user-1',
    issuer: 'https://issuer.example',
    via: 'jwt',
    isAnonymous: false,
    isVerified: true,
    canReauthenticate: true,
    authTime: NOW - 10,
    ...fields,
  });
}
/** In the order in which the guard asks. */
const findDenial = (...subject: Parameters<typeof findMissingPermission>) =>
  findMissingPermission(...subject) ?? findStepUp(...subject);
const age = (maxAge: number | undefined, ifCannotReauthenticate: 'allow' | 'deny' = 'deny') =>
  maxAge === undefined ? [] : [{ maxAge, ifCannotReauthenticate }];
const requirement = (changes: Partial<Requirement>): Requirement => ({
  ...noRequirement,
  ...changes,
});
const deny = (who: AuthgearUser, what: Requirement, now = NOW, clockTolerance = 5) =>
  findDenial(who, what, { now, clockTolerance, organizationIdOf: () => undefined });

test('without requirements, every user is accepted', () => {
  expect(deny(user({ authTime: undefined }), noRequirement)).toBeUndefined();
});

describe('scopes', () => {
  const all = (...allOf: string[]) => ({ allOf });
  const any = (...anyOf: string[]) => ({ anyOf });
  test.each([
    ['the one', ['a'], [all('a')], true],
    ['among others', ['b', 'a', 'c'], [all('a')], true],
    ['all of two', ['a', 'b'], [all('a', 'b')], true],
    ['one of two is not all', ['a'], [all('a', 'b')], false],
    ['one of two is any', ['b'], [any('a', 'b')], true],
    ['none is not any', ['c'], [any('a', 'b')], false],
    ['several demands, all met', ['a', 'c'], [all('a'), any('b', 'c')], true],
    ['several demands, the first unmet', ['c'], [all('a'), any('b', 'c')], false],
    ['several demands, the second unmet', ['a'], [all('a'), any('b', 'c')], false],
    ['no scope', [], [all('a')], false],
    ['a scope that starts like it', ['read:reports:all'], [all('read:reports')], false],
    ['a scope that it starts like', ['read'], [all('read:reports')], false],
    ['another case', ['A'], [all('a')], false],
  ])('%s', (_, scopes, demands, allowed) => {
    const denial = deny(user({ scopes }), requirement({ scopes: demands }));
    expect(denial?.code).toBe(allowed ? undefined : 'scope_missing');
  });

  test('the denial lists all scopes of the route, in order, each once', () => {
    const scopes = [all('class', 'both'), any('x', 'y'), all('handler', 'both')];
    expect(
      deny(user({ scopes: ['class', 'both'] }), requirement({ scopes }))?.details.scopes,
    ).toEqual(['class', 'both', 'x', 'y', 'handler']);
  });
});

describe('the age of the authentication, un-rounded', () => {
  test.each([
    ['now', NOW, 300, undefined],
    ['at the limit', NOW - 300, 300, undefined],
    ['just past the limit: no tolerance', NOW - 300.001, 300, 'authentication_too_old'],
    ['long past', NOW - 86_400, 300, 'authentication_too_old'],
    ['1970', 0, 300, 'authentication_too_old'],
    ['a fraction of a second', NOW - 0.5, 0.5, undefined],
    ['more than a fraction', NOW - 0.501, 0.5, 'authentication_too_old'],
    ['missing', undefined, 300, 'authentication_time_missing'],
    ['NaN, made of a date that is not there', Number.NaN, 300, 'authentication_time_missing'],
    ['no number', '2026-01-01' as never, 300, 'authentication_time_missing'],
    ['the near future: the clocks differ', NOW + 5, 300, undefined],
    ['the future', NOW + 5.001, 300, 'authentication_time_in_future'],
    ['far away', NOW * 1000, 300, 'authentication_time_in_future'],
  ])('%s', (_, authTime, maxAge, code) => {
    const denial = deny(user({ authTime }), requirement({ ages: age(maxAge) }));
    expect(denial?.code).toBe(code);
    expect(denial?.details.maxAge).toBe(code === undefined ? undefined : maxAge);
  });

  test('without a tolerance the near future is the future', () => {
    expect(
      deny(user({ authTime: NOW + 0.001 }), requirement({ ages: age(300) }), NOW, 0)?.code,
    ).toBe('authentication_time_in_future');
  });

  test('a fraction of now counts', () => {
    expect(
      deny(user({ authTime: NOW }), requirement({ ages: age(1) }), NOW + 1)?.code,
    ).toBeUndefined();
    expect(deny(user({ authTime: NOW }), requirement({ ages: age(1) }), NOW + 1.001)?.code).toBe(
      'authentication_too_old',
    );
  });

  test.each([NOW - 10, NOW - 10_000, undefined])(
    'a machine is refused plainly, whatever its time (%p)',
    (authTime) => {
      expect(
        deny(user({ isMachine: true, authTime }), requirement({ ages: age(300) })),
      ).toMatchObject({
        code: 'machine_cannot_reauthenticate',
        kind: 'forbidden',
      });
    },
  );

  test('a machine passes without a required age', () => {
    expect(
      deny(user({ isMachine: true, scopes: ['a'] }), requirement({ scopes: [{ allOf: ['a'] }] })),
    ).toBeUndefined();
  });
});

test.each([
  ['old', { authTime: 0 }],
  ['a machine', { isMachine: true }],
  ['without a time', { authTime: undefined }],
])('scope comes before ages: %s', (_, fields) => {
  expect(
    deny(user(fields), requirement({ scopes: [{ allOf: ['a'] }], ages: age(300) }))?.code,
  ).toBe('scope_missing');
});

describe('combine', () => {
  test.each([
    [undefined, undefined, undefined],
    [300, undefined, 300],
    [undefined, 300, 300],
    [300, 60, 60],
    [60, 300, 60],
    [0.5, 300, 0.5],
  ])('ages %p and %p: %p, the strictest', (first, second, maxAge) => {
    expect(
      strictestAge(combine(requirement({ ages: age(first) }), requirement({ ages: age(second) })))
        ?.maxAge,
    ).toBe(maxAge);
  });

  test('scope demands add up, in order', () => {
    const first = requirement({ scopes: [{ allOf: ['a'] }] });
    const second = requirement({ scopes: [{ anyOf: ['b', 'c'] }] });
    expect(combine(first, second).scopes).toEqual([{ allOf: ['a'] }, { anyOf: ['b', 'c'] }]);
  });

  test.each([
    [noRequirement, false],
    [requirement({ ages: age(300) }), true],
    [requirement({ scopes: [{ allOf: ['a'] }] }), true],
  ])('%j demands something: %p', (what, demanding) => {
    expect(hasRequirements(what)).toBe(demanding);
  });
});

describe('users who can never reauthenticate', () => {
  const stuck = user({ canReauthenticate: false, authTime: NOW - 3600 });
  const denial = (...demands: Requirement['ages']) =>
    deny(stuck, requirement({ ages: demands }))?.code;
  test('too old is a plain 403 by default, not a login loop', () => {
    expect(denial(...age(300))).toBe('user_cannot_reauthenticate');
    expect(denial(...age(7200))).toBeUndefined();
  });
  test('allowed only if every requirement allows it', () => {
    expect(denial(...age(300, 'allow'))).toBeUndefined();
    expect(denial(...age(300, 'allow'), ...age(7200, 'deny'))).toBe('user_cannot_reauthenticate');
    expect(denial(...age(300, 'allow'), ...age(60, 'allow'))).toBeUndefined();
  });
  test('a user who can reauthenticate, or may be able to, gets the step-up', () => {
    for (const canReauthenticate of [true, undefined]) {
      const who = user({ canReauthenticate, authTime: NOW - 3600 });
      expect(deny(who, requirement({ ages: age(300, 'allow') }))?.code).toBe(
        'authentication_too_old',
      );
    }
  });
});

describe('an ID token beside the access token', () => {
  const withIdToken = (authTime: number | undefined, reauthenticatedAt: number | undefined) =>
    findDenial(user({ authTime }), requirement({ ages: age(300) }), {
      now: NOW,
      clockTolerance: 5,
      organizationIdOf: () => undefined,
      reauthenticatedAt,
    })?.code;
  test.each([
    [NOW - 10, NOW - 3600, undefined],
    [NOW - 3600, NOW - 10, undefined],
    [undefined, NOW - 10, undefined],
    [NOW - 3600, NOW - 3600, 'authentication_too_old'],
    [undefined, undefined, 'authentication_time_missing'],
    [NOW - 10, NOW + 6, 'authentication_time_in_future'],
  ])('times %p and %p: the newer counts', (authTime, reauthenticatedAt, code) => {
    expect(withIdToken(authTime, reauthenticatedAt)).toBe(code);
  });
});

describe('what Authgear knows about the user', () => {
  test.each([
    ['roles: all', { roles: ['a', 'b'] }, { roles: [{ allOf: ['a', 'b'] }] }, undefined],
    ['roles: not all', { roles: ['a'] }, { roles: [{ allOf: ['a', 'b'] }] }, 'role_missing'],
    ['roles: any', { roles: ['b'] }, { roles: [{ anyOf: ['a', 'b'] }] }, undefined],
    ['roles: a scope is no role', { scopes: ['a'] }, { roles: [{ allOf: ['a'] }] }, 'role_missing'],
    ['verified', { isVerified: true }, { verified: true }, undefined],
    ['not verified', { isVerified: false }, { verified: true }, 'user_not_verified'],
    ['verified, unknown', { isVerified: undefined }, { verified: true }, 'user_not_verified'],
    ['somebody', { isAnonymous: false }, { notAnonymous: true }, undefined],
    ['anonymous', { isAnonymous: true }, { notAnonymous: true }, 'user_is_anonymous'],
    ['anonymous, unknown', { isAnonymous: undefined }, { notAnonymous: true }, 'user_is_anonymous'],
    [
      'a machine is not anonymous',
      { isAnonymous: undefined, isMachine: true },
      { notAnonymous: true },
      undefined,
    ],
    ['amr', { amr: ['pwd', 'mfa'] }, { amr: ['mfa'] }, undefined],
    ['amr missing', { amr: ['pwd'] }, { amr: ['mfa'] }, 'authentication_method_missing'],
    ['amr of a machine', { isMachine: true }, { amr: ['mfa'] }, 'machine_cannot_reauthenticate'],
    [
      'amr of one who is stuck',
      { canReauthenticate: false },
      { amr: ['mfa'] },
      'user_cannot_reauthenticate',
    ],
    ['role before amr', {}, { roles: [{ allOf: ['a'] }], amr: ['mfa'] }, 'role_missing'],
  ] as [string, Partial<AuthgearUser>, Partial<Requirement>, string | undefined][])(
    '%s',
    (_, fields, what, code) => {
      expect(deny(user(fields), requirement(what))?.code).toBe(code);
    },
  );
});
