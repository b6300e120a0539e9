import { authgearProfile } from '../../../../lib/core/issuer/authgear.js';
import type { TrustedIssuer } from '../../../../lib/core/issuer/issuer.js';
import {
  audienceOf,
  checkClaims,
  checkClaimsOfAny,
  checkUnbound,
} from '../../../../lib/core/token/claim-rules.js';
import { codeOf, refusalOf } from '../../../support/refusals.js';
import { claimsWith, ISSUER, NOW, trustedIssuer } from '../../../support/tokens.js';

const ROLES = 'https://authgear.com/claims/user/roles';

function check(
  claims: Record<string, unknown>,
  changes: Partial<TrustedIssuer> = {},
  now = NOW,
): void {
  const issuer = trustedIssuer(changes);
  checkClaimsOfAny(claims, issuer.clockTolerance, now);
  checkUnbound(claims);
  checkClaims(claims, issuer, now);
}
const outcome = (
  changes: Record<string, unknown>,
  issuer: Partial<TrustedIssuer> = {},
  now = NOW,
) => codeOf(() => check(claimsWith(changes), issuer, now));

test('the claims of a user token and of a machine token pass', () => {
  expect(outcome({})).toBeUndefined();
  const machine = claimsWith();
  for (const name of Object.keys(machine))
    if (name.startsWith('https:') || name === 'auth_time' || name === 'amr') delete machine[name];
  expect(codeOf(() => check(machine))).toBeUndefined();
});

describe('times, un-rounded', () => {
  test.each([
    ['before exp', { exp: NOW + 1 }, 0, undefined],
    ['at exp', { exp: NOW }, 0, 'token_expired'],
    ['just before exp', { exp: NOW + 0.001 }, 0, undefined],
    ['just after exp', { exp: NOW - 0.001 }, 0, 'token_expired'],
    ['within the tolerance', { exp: NOW - 4.999 }, 5, undefined],
    ['at the end of the tolerance', { exp: NOW - 5 }, 5, 'token_expired'],
    ['past the tolerance', { exp: NOW - 5.001 }, 5, 'token_expired'],
    ['exp 0', { exp: 0 }, 5, 'token_expired'],
    ['negative exp', { exp: -NOW }, 5, 'token_expired'],
    ['nbf now', { nbf: NOW }, 0, undefined],
    ['nbf just ahead', { nbf: NOW + 0.001 }, 0, 'token_not_yet_valid'],
    ['nbf at the tolerance', { nbf: NOW + 5 }, 5, undefined],
    ['nbf past the tolerance', { nbf: NOW + 5.001 }, 5, 'token_not_yet_valid'],
    ['nbf long ago', { nbf: 0 }, 0, undefined],
    ['iat now', { iat: NOW }, 0, undefined],
    ['iat just ahead', { iat: NOW + 0.001 }, 0, 'token_issued_in_future'],
    ['iat at the tolerance', { iat: NOW + 5 }, 5, undefined],
    ['iat past the tolerance', { iat: NOW + 5.001 }, 5, 'token_issued_in_future'],
    ['auth_time in the future is for the route to judge', { auth_time: NOW + 1000 }, 0, undefined],
  ] as const)('%s', (_, changes, clockTolerance, code) => {
    expect(outcome(changes, { clockTolerance })).toBe(code);
  });

  test('a fraction of now counts', () => {
    expect(outcome({ exp: NOW + 1 }, { clockTolerance: 0 }, NOW + 0.999)).toBeUndefined();
    expect(outcome({ exp: NOW + 1 }, { clockTolerance: 0 }, NOW + 1)).toBe('token_expired');
  });
});

describe('aud', () => {
  const audience = [ISSUER, 'https://api.example'];
  test.each([
    ['the one', ISSUER],
    ['the other', 'https://api.example'],
    ['a list of one', [ISSUER]],
    ['one of several', ['https://other.example', 'https://api.example']],
  ])('%s is accepted', (_, aud) => {
    expect(outcome({ aud }, { audience })).toBeUndefined();
  });

  test.each([
    ['another', 'https://other.example', 'audience_mismatch'],
    ['an empty list', [], 'audience_mismatch'],
    ['an empty string', '', 'audience_mismatch'],
    ['a list of others', ['https://other.example', ''], 'audience_mismatch'],
    ['another case', ISSUER.toUpperCase(), 'audience_mismatch'],
    ['more than it', `${ISSUER}.evil.com`, 'audience_mismatch'],
    ['less than it', ISSUER.slice(0, -1), 'audience_mismatch'],
    ['several in one string', `${ISSUER} https://api.example`, 'audience_mismatch'],
    ['two slashes', `${ISSUER}//`, 'audience_mismatch'],
    ['a slash too many', `${ISSUER}/`, 'audience_trailing_slash'],
    [
      'a slash too many, in a list',
      ['https://other.example', `${ISSUER}/`],
      'audience_trailing_slash',
    ],
    ['a non-string in a list', [ISSUER, 1], 'claim_invalid'],
    ['null in a list', [ISSUER, null], 'claim_invalid'],
    ['a list in a list', [[ISSUER]], 'claim_invalid'],
    ['a number', 1, 'claim_invalid'],
    ['null', null, 'claim_invalid'],
    ['an object', { 0: ISSUER, length: 1 }, 'claim_invalid'],
    ['true', true, 'claim_invalid'],
    ['nothing', undefined, 'claim_missing'],
  ])('%s is refused', (_, aud, code) => {
    expect(outcome({ aud }, { audience })).toBe(code);
  });

  test('a slash too few', () => {
    expect(outcome({ aud: ISSUER }, { audience: [`${ISSUER}/`] })).toBe('audience_trailing_slash');
  });

  test('the reason and the facts show what came, escaped', () => {
    const { reason, facts } = refusalOf(() =>
      check(claimsWith({ aud: 'https://evil.example\nforged line' })),
    );
    expect(reason).toContain('https://evil.example\\u000aforged line');
    expect(reason).toContain(ISSUER);
    expect(facts.aud).toBe('https://evil.example\\u000aforged line');
  });

  test.each([
    ['a', ['a']],
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    [undefined, []],
  ])('audienceOf %j is %j', (aud, list) => {
    expect(audienceOf(aud === undefined ? {} : { aud }, authgearProfile)).toEqual(list);
  });
});

describe('types', () => {
  const notNames = ['', 1, null, true, [], {}, ['a']];
  const notNumbers = ['1', '', null, true, [], {}, [NOW], Number.POSITIVE_INFINITY, Number.NaN];
  const notStrings = [1, null, true, ['openid'], {}];
  const notLists = ['pwd', 1, null, true, {}, [1], [null], [['a']], ['a', 1]];
  const notBooleans = ['true', 'false', 0, 1, null, [], {}];
  const wrong: [string, readonly unknown[]][] = [
    ['iss', notNames],
    ['sub', notNames],
    ['client_id', notNames],
    ['jti', notNames],
    ['exp', notNumbers],
    ['iat', notNumbers],
    ['nbf', notNumbers],
    ['auth_time', notNumbers],
    ['scope', notStrings],
    ['amr', notLists],
    [ROLES, notLists],
    ['https://authgear.com/claims/user/is_anonymous', notBooleans],
    ['https://authgear.com/claims/user/is_verified', notBooleans],
    ['https://authgear.com/claims/user/can_reauthenticate', notBooleans],
  ];
  test.each(wrong)('%s of a wrong type is refused', (name, values) => {
    for (const value of values) {
      const { code, reason } = refusalOf(() => check(claimsWith({ [name]: value })));
      expect(code).toBe('claim_invalid');
      expect(reason).toContain(name);
    }
  });

  test.each([
    ['fractions', { exp: NOW + 0.5, iat: NOW - 0.5, nbf: NOW - 0.5, auth_time: NOW - 0.5 }],
    ['an empty scope', { scope: '' }],
    ['empty lists', { amr: [], [ROLES]: [] }],
    [
      'claims nobody reads',
      { roles: 1, groups: null, custom_attributes: { a: [1] }, acr: 1, sid: {} },
    ],
  ])('%s are fine', (_, changes) => {
    expect(outcome(changes)).toBeUndefined();
  });

  test('the value is not told', () => {
    const { reason, message } = refusalOf(() => check(claimsWith({ sub: ['alice@example.com'] })));
    expect(reason + message).not.toContain('alice');
  });
});

describe('required claims', () => {
  test.each(['iss', 'aud', 'exp', 'iat', 'sub', 'client_id', 'jti'])(
    'without %s: refused',
    (name) => {
      const { code, reason } = refusalOf(() => check(claimsWith({ [name]: undefined })));
      expect(code).toBe('claim_missing');
      expect(reason).toContain(name);
    },
  );

  const requiredClaims = ['tenant'];
  test.each([
    ['absent', undefined, 'claim_missing'],
    ['null', null, 'claim_missing'],
    ['false', false, undefined],
    ['0', 0, undefined],
    ['an empty string', '', undefined],
    ['an object', {}, undefined],
  ])('a claim of ones own that is %s', (_, tenant, code) => {
    expect(outcome({ tenant }, { requiredClaims })).toBe(code);
  });

  test.each(['toString', 'constructor', '__proto__', 'hasOwnProperty'])(
    '%s does not come from the prototype',
    (name) => {
      expect(outcome({}, { requiredClaims: [name] })).toBe('claim_missing');
    },
  );

  test.each(['nbf', 'scope', 'auth_time', 'amr', ROLES])('%s need not be there', (name) => {
    expect(outcome({ [name]: undefined })).toBeUndefined();
  });
});

describe('cnf', () => {
  test.each([{ jkt: 'abc' }, {}, null, '', 'x', []])(
    '%j is refused: the token is bound to a key',
    (cnf) => {
      expect(outcome({ cnf })).toBe('token_sender_constrained');
    },
  );
});

describe('client_id', () => {
  const clientId = ['client-a', 'client-b'];
  test.each([
    ['client-a', undefined],
    ['client-b', undefined],
    ['client-c', 'client_not_allowed'],
    ['Client-A', 'client_not_allowed'],
    ['client-a ', 'client_not_allowed'],
  ])('%p against the list', (client_id, code) => {
    expect(outcome({ client_id }, { clientId })).toBe(code);
  });

  test('without a list every client is accepted', () => {
    expect(outcome({ client_id: 'anybody' })).toBeUndefined();
  });

  test('a list makes it required', () => {
    expect(outcome({ client_id: undefined }, { clientId, requiredClaims: [] })).toBe(
      'claim_missing',
    );
  });

  test('the client is told, to the log', () => {
    const { facts, reason } = refusalOf(() =>
      check(claimsWith({ client_id: 'client-c' }), { clientId }),
    );
    expect(facts.clientId).toBe('client-c');
    expect(reason).toContain('client-c');
  });
});

describe('order', () => {
  test.each([
    ['time before audience', { aud: 'https://other.example', exp: NOW - 100 }, 'token_expired'],
    ['exp before nbf', { exp: NOW - 100, nbf: NOW + 100 }, 'token_expired'],
    ['time before required claims', { exp: NOW - 100, jti: undefined }, 'token_expired'],
    [
      'required claims before the client',
      { jti: undefined, client_id: 'client-c' },
      'claim_missing',
    ],
  ])('%s', (_, changes, code) => {
    expect(outcome(changes, { clientId: ['client-a'] })).toBe(code);
  });
});
