import { algorithms, isAlgorithm, keyTypeFits } from '../../../../lib/core/crypto/algorithms.js';

describe('algorithms', () => {
  test('are the asymmetric ones, and nothing else', () => {
    expect(new Set(algorithms)).toEqual(
      new Set([
        'RS256',
        'RS384',
        'RS512',
        'PS256',
        'PS384',
        'PS512',
        'ES256',
        'ES384',
        'ES512',
        'EdDSA',
        'Ed25519',
      ]),
    );
  });

  test.each([
    'none',
    'None',
    'NONE',
    '',
    'HS256',
    'HS384',
    'HS512',
    'hs256',
    'rs256',
    'RS1',
    'ES256K',
    'Ed448',
    'ed25519',
    'EDDSA',
    'toString',
    '__proto__',
    'constructor',
  ])('%p is none of them', (name) => {
    expect(isAlgorithm(name)).toBe(false);
  });

  test.each([undefined, null, 256, ['RS256'], { toString: () => 'RS256' }])(
    '%p is none of them',
    (value) => {
      expect(isAlgorithm(value)).toBe(false);
    },
  );

  test.each([
    ['RS256', { kty: 'RSA' }, true],
    ['PS512', { kty: 'RSA' }, true],
    ['RS256', { kty: 'EC', crv: 'P-256' }, false],
    ['RS256', { kty: 'oct' }, false],
    ['ES256', { kty: 'EC', crv: 'P-256' }, true],
    ['ES256', { kty: 'EC', crv: 'P-384' }, false],
    ['ES256', { kty: 'EC' }, false],
    ['ES384', { kty: 'EC', crv: 'P-384' }, true],
    ['ES512', { kty: 'EC', crv: 'P-521' }, true],
    ['ES512', { kty: 'EC', crv: 'P-512' }, false],
    ['ES256', { kty: 'EC', crv: 'secp256k1' }, false],
    ['EdDSA', { kty: 'OKP', crv: 'Ed25519' }, true],
    ['Ed25519', { kty: 'OKP', crv: 'Ed25519' }, true],
    ['EdDSA', { kty: 'OKP', crv: 'Ed448' }, false],
    ['EdDSA', { kty: 'OKP', crv: 'X25519' }, false],
    ['EdDSA', { kty: 'EC', crv: 'Ed25519' }, false],
  ] as const)('%s with a key %p: %p', (algorithm, jwk, fits) => {
    expect(keyTypeFits(algorithm, jwk)).toBe(fits);
  });
});
