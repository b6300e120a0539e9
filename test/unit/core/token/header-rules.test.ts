import { algorithms } from '../../../../lib/core/crypto/algorithms.js';
import type { TrustedIssuer } from '../../../../lib/core/issuer/issuer.js';
import type { KeyQuery } from '../../../../lib/core/keys/key-set.js';
import {
  checkHeader,
  normalizeTyp,
  readKeyQuery,
} from '../../../../lib/core/token/header-rules.js';
import { codeOf, refusalOf } from '../../../support/refusals.js';
import { claimsWith, headerWith, trustedIssuer } from '../../../support/tokens.js';

function check(
  header: Record<string, unknown>,
  issuer: Partial<TrustedIssuer> = {},
  claims = claimsWith(),
): KeyQuery {
  const query = readKeyQuery(headerWith(header));
  checkHeader({ header: headerWith(header), claims }, trustedIssuer(issuer));
  return query;
}

describe('alg', () => {
  test.each(algorithms)('%s is allowed when it is in the list, and only then', (alg) => {
    const others = algorithms.filter((other) => other !== alg);
    expect(check({ alg }, { algorithms: [alg] })).toEqual({ kid: 'key-1', alg });
    expect(check({ alg }, { algorithms: [...others, alg] })).toEqual({ kid: 'key-1', alg });
    expect(codeOf(() => check({ alg }, { algorithms: others }))).toBe('algorithm_not_allowed');
  });

  test.each([
    'none',
    'None',
    'NONE',
    'nOnE',
    '',
    'HS256',
    'HS384',
    'HS512',
    'rs256',
    'Rs256',
    ' RS256',
    'RS256 ',
    'RS256\u0000',
    'RS1',
    'ES256K',
    'EDDSA',
    'ed25519',
    'Ed448',
    'dir',
    'toString',
  ])('%p is never allowed', (alg) => {
    expect(codeOf(() => check({ alg }, { algorithms }))).toBe('algorithm_not_allowed');
  });

  test.each([undefined, null, 0, true, ['RS256'], { alg: 'RS256' }])(
    '%p is no algorithm',
    (alg) => {
      expect(codeOf(() => check({ alg }, { algorithms }))).toBe('algorithm_not_allowed');
    },
  );

  test('EdDSA and Ed25519 are different names', () => {
    expect(codeOf(() => check({ alg: 'EdDSA' }, { algorithms: ['Ed25519'] }))).toBe(
      'algorithm_not_allowed',
    );
    expect(codeOf(() => check({ alg: 'Ed25519' }, { algorithms: ['EdDSA'] }))).toBe(
      'algorithm_not_allowed',
    );
  });

  test('nesting is no way to break the check', () => {
    const alg: unknown = JSON.parse('['.repeat(6_000) + ']'.repeat(6_000));
    expect(codeOf(() => check({ alg }))).toBe('algorithm_not_allowed');
  });
});

describe('typ', () => {
  test.each([
    'at+jwt',
    'AT+JWT',
    'At+Jwt',
    'application/at+jwt',
    'APPLICATION/AT+JWT',
    'Application/at+jwt',
  ])('%s is an access token', (typ) => {
    expect(codeOf(() => check({ typ }))).toBeUndefined();
  });

  test.each([
    'at+JWT ',
    ' at+jwt',
    'at+jwts',
    'xat+jwt',
    'text/at+jwt',
    'application/application/at+jwt',
    'application/',
    'at',
    '',
    'logout+jwt',
    'dpop+jwt',
    'JOSE',
    undefined,
    null,
    1,
    ['at+jwt'],
    {},
  ])('%p is none', (typ) => {
    expect(codeOf(() => check({ typ }))).toBe('typ_not_allowed');
  });

  test('nesting is no way to break the check', () => {
    const typ: unknown = JSON.parse('['.repeat(6_000) + ']'.repeat(6_000));
    expect(codeOf(() => check({ typ }))).toBe('typ_not_allowed');
  });

  test.each(['JWT', 'jwt', 'anything', '', undefined, null, 1])("'any' accepts %p", (typ) => {
    expect(codeOf(() => check({ typ }, { typ: 'any' }))).toBeUndefined();
  });

  test('several can be accepted', () => {
    expect(codeOf(() => check({ typ: 'JWT' }, { typ: ['at+jwt', 'jwt'] }))).toBeUndefined();
    expect(codeOf(() => check({ typ: 'at+jwt' }, { typ: ['at+jwt', 'jwt'] }))).toBeUndefined();
    expect(codeOf(() => check({ typ: 'other' }, { typ: ['at+jwt', 'jwt'] }))).toBe(
      'typ_not_allowed',
    );
  });

  test('an ID token of the issuer has its own code, and the fix says what to send', () => {
    const claims = claimsWith({
      aud: ['497d841ea22f33d3'],
      client_id: undefined,
      scope: undefined,
      jti: undefined,
      sid: 'b2f1',
    });
    const error = refusalOf(() => check({ typ: 'JWT' }, {}, claims));
    expect(error.code).toBe('token_is_id_token');
    expect(error.fix).toContain('access_token');
  });

  test('a JWT that is not an ID token has the wrong type', () => {
    expect(codeOf(() => check({ typ: 'JWT' }))).toBe('typ_not_allowed');
  });

  test.each([
    ['AT+JWT', 'at+jwt'],
    ['application/at+jwt', 'at+jwt'],
    ['Application/JWT', 'jwt'],
    ['jwt', 'jwt'],
  ])('normalizeTyp(%p) is %p', (typ, normal) => {
    expect(normalizeTyp(typ)).toBe(normal);
  });
});

describe('crit', () => {
  test.each([[['exp']], [['b64']], [[]], ['exp'], [null], [false], [0], [''], [{}], [[1]]])(
    '%j is refused',
    (crit) => {
      expect(codeOf(() => check({ crit }))).toBe('crit_not_supported');
    },
  );
});

describe('kid', () => {
  test.each(['key-1', ' ', 'é', '0', 'x'.repeat(5_000)])('%p is a kid', (kid) => {
    expect(check({ kid }).kid).toBe(kid);
  });

  test('may be absent', () => {
    expect(check({ kid: undefined }).kid).toBeUndefined();
  });

  test.each([[''], [null], [0], [1], [true], [false], [['key-1']], [{}]])(
    '%j is refused',
    (kid) => {
      expect(codeOf(() => check({ kid }))).toBe('kid_invalid');
    },
  );
});

describe('what a token says about its own trust', () => {
  test.each(['jku', 'jwk', 'x5u', 'x5c', 'x5t', 'x5t#S256'])('%s is ignored', (name) => {
    expect(check({ [name]: 'https://attacker.example/jwks' })).toEqual({
      kid: 'key-1',
      alg: 'RS256',
    });
    expect(check({ [name]: { kty: 'oct', k: 'AA' } })).toEqual({ kid: 'key-1', alg: 'RS256' });
  });
});
