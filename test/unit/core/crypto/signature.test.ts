import { constants, createPublicKey, sign } from 'node:crypto';
import { algorithms, type Algorithm } from '../../../../lib/core/crypto/algorithms.js';
import { prepareKey, signatureHolds } from '../../../../lib/core/crypto/signature.js';
import { TurnBudget } from '../../../../lib/core/crypto/turn-budget.js';
import { createSigningKey, signJwt, type SigningKey } from '../../../../lib/testing/signing-key.js';
import { jwsVectors } from '../../../support/jws-vectors.js';
import { signedTextOf } from '../../../support/signed-text.js';

const keys = new Map(algorithms.map((alg) => [alg, createSigningKey(alg)]));
const keyOf = (alg: Algorithm): SigningKey => keys.get(alg) as SigningKey;
const tokenOf = (alg: Algorithm): string => signJwt({ alg }, { sub: 'a' }, keyOf(alg));

const holds = (token: string, alg: Algorithm, key = keyOf(alg).publicKey) =>
  Promise.resolve(signatureHolds(signedTextOf(token), prepareKey(alg, key)));
const withSignature = (token: string, signature: Uint8Array) =>
  `${signedTextOf(token).signed}.${Buffer.from(signature).toString('base64url')}`;
const signatureOf = (token: string) => signedTextOf(token).signature;
const flip = (bytes: Buffer, at: number) =>
  bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));

test.each(jwsVectors)('$source', async ({ alg, jwk, token }) => {
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  expect(await holds(token, alg, key)).toBe(true);
  expect(await holds(withSignature(token, flip(signatureOf(token), 9)), alg, key)).toBe(false);
});

describe.each(algorithms)('%s', (alg) => {
  test('a signature holds for what was signed, under the key that signed', async () => {
    const token = tokenOf(alg);
    expect(await holds(token, alg)).toBe(true);
    expect(await holds(token.replace('.', 'A.'), alg)).toBe(false);
    expect(await holds(token, alg, createSigningKey(alg).publicKey)).toBe(false);
  });

  test('another length never holds', async () => {
    const token = tokenOf(alg);
    const signature = signatureOf(token);
    const others = [
      signature.subarray(1),
      signature.subarray(0, -1),
      Buffer.concat([signature, Buffer.alloc(1)]),
      Buffer.concat([Buffer.alloc(1), signature]),
    ];
    for (const other of [...others, Buffer.alloc(0)])
      expect(await holds(withSignature(token, other), alg)).toBe(false);
  });

  test('zeros and ones are refused, and nothing throws', async () => {
    const { length } = signatureOf(tokenOf(alg));
    for (const byte of [0, 0xff])
      expect(await holds(withSignature(tokenOf(alg), Buffer.alloc(length, byte)), alg)).toBe(false);
  });

  test('the same in line and on the thread pool', async () => {
    const [good, bad] = [
      tokenOf(alg),
      withSignature(tokenOf(alg), flip(signatureOf(tokenOf(alg)), 5)),
    ];
    for (const [token, expected] of [
      [good, true],
      [bad, false],
    ] as const) {
      const key = prepareKey(alg, keyOf(alg).publicKey);
      const budget = new TurnBudget(0);
      const inLine = signatureHolds(signedTextOf(token), key, budget);
      void budget.run(Infinity, () => true);
      const onPool = signatureHolds(signedTextOf(token), key, budget);
      expect(inLine).toBe(expected);
      expect(await onPool).toBe(expected);
    }
  });
});

describe('another algorithm of the same key', () => {
  test.each([
    ['RS256', 'PS256'],
    ['RS256', 'RS512'],
    ['PS384', 'PS256'],
    ['PS384', 'RS384'],
  ] as const)('%s is not %s', async (made, claimed) => {
    expect(await holds(tokenOf(made), claimed, keyOf(made).publicKey)).toBe(false);
  });

  test('Ed25519 and EdDSA are two names for one', async () => {
    expect(await holds(tokenOf('EdDSA'), 'Ed25519', keyOf('EdDSA').publicKey)).toBe(true);
  });
});

test('an RSA key costs more with its length, and the curves differ', () => {
  const costOf = (alg: Algorithm, modulusLength = 2048) =>
    prepareKey(alg, createSigningKey(alg, { modulusLength }).publicKey).cost;
  expect(costOf('RS256', 4096)).toBeGreaterThan(2 * costOf('RS256'));
  expect(costOf('ES256')).toBeGreaterThan(costOf('RS256'));
  expect(costOf('ES512')).toBeGreaterThan(costOf('ES384'));
});

test.each(['ES256', 'ES384', 'ES512'] as const)(
  '%s: a DER signature is refused (RFC 7518 section 3.4)',
  async (alg) => {
    const token = tokenOf(alg);
    const signed = Buffer.from(token.slice(0, token.lastIndexOf('.')));
    const der = sign(`sha${alg.slice(2)}`, signed, {
      key: keyOf(alg).privateKey,
      dsaEncoding: 'der',
    });
    expect(await holds(withSignature(token, der), alg)).toBe(false);
  },
);

test('PS256: a salt of another length is refused (RFC 7518 section 3.5)', async () => {
  const { privateKey } = keyOf('PS256');
  const token = tokenOf('PS256');
  const signed = Buffer.from(token.slice(0, token.lastIndexOf('.')));
  for (const saltLength of [0, 20, 31, 33, constants.RSA_PSS_SALTLEN_MAX_SIGN]) {
    const signature = sign('sha256', signed, {
      key: privateKey,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength,
    });
    expect(await holds(withSignature(token, signature), 'PS256')).toBe(false);
  }
});

test('PS256: leading zeros may not be left out (RFC 8017 section 8.1.2)', async () => {
  const key = keyOf('PS256');
  let token: string;
  let tries = 0;
  do token = signJwt({ alg: 'PS256' }, { sub: tries++ }, key);
  while (signatureOf(token)[0] !== 0);
  expect(await holds(token, 'PS256')).toBe(true);
  expect(await holds(withSignature(token, signatureOf(token).subarray(1)), 'PS256')).toBe(false);
});

test('text beyond ASCII is not taken for the letters that it would be cut to', async () => {
  const token = tokenOf('ES256');
  const lookalike = String.fromCharCode(token.charCodeAt(0) + 0x100) + token.slice(1);
  expect(await holds(lookalike, 'ES256')).toBe(false);
});
