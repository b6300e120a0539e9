import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { algorithms } from '../../../../lib/core/crypto/algorithms.js';
import { readKeySet, selectKey } from '../../../../lib/core/keys/key-set.js';
import { createSigningKey } from '../../../../lib/testing/signing-key.js';

const ec = createSigningKey('ES256', { kid: 'ec' });
const ec2 = createSigningKey('ES256', { kid: 'ec2' });
const rsa = createSigningKey('RS256', { kid: 'rsa' });
const okp = createSigningKey('EdDSA', { kid: 'okp' });
const p384 = createSigningKey('ES384', { kid: 'p384' });
const p521 = createSigningKey('ES512', { kid: 'p521' });

const read = (...keys: unknown[]) => readKeySet({ keys }, algorithms);
/** An odd number of so many bytes, with the first and the last bit set. */
const rsaModulus = (bytes: number) => Buffer.alloc(bytes, 0xab).toString('base64url');
/** All encodings of the y-coordinates of points whose order divides 8, without the sign. */
const SMALL_ORDER = [
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
];
/** `undefined` leaves a member away. */
const change = (jwk: object, changes: object) =>
  JSON.parse(JSON.stringify({ ...jwk, ...changes })) as Record<string, unknown>;

describe('a document', () => {
  test.each([
    undefined,
    null,
    'text',
    1,
    [],
    [{ kty: 'RSA' }],
    {},
    { keys: null },
    { keys: {} },
    { keys: 'a' },
    { Keys: [] },
  ])('%j is no JWK Set', async (document) => {
    await expect(readKeySet(document, algorithms)).rejects.toThrow(TypeError);
  });

  test('an empty set is well-formed', async () => {
    expect(await read()).toEqual({ keys: [], skipped: [] });
  });

  test('100 keys are read', async () => {
    const { keys } = await read(
      ...Array.from({ length: 100 }, (_, index) => change(ec.jwk, { kid: `k${index}` })),
    );
    expect(keys).toHaveLength(100);
  });

  test('101 keys are refused whole', async () => {
    await expect(
      read(...Array.from({ length: 101 }, (_, index) => change(ec.jwk, { kid: `k${index}` }))),
    ).rejects.toThrow('100');
  });

  test('members of other names do not matter', async () => {
    expect((await readKeySet({ keys: [ec.jwk], next: 1 }, algorithms)).keys).toHaveLength(1);
  });
});

describe('a key fits the algorithms of its kind', () => {
  test.each([
    ['rsa', rsa, ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']],
    ['P-256', ec, ['ES256']],
    ['P-384', p384, ['ES384']],
    ['P-521', p521, ['ES512']],
    ['Ed25519', okp, ['EdDSA', 'Ed25519']],
  ] as const)('%s', async (_, { jwk }, fitting) => {
    const { keys, skipped } = await read(change(jwk, { alg: undefined }));
    expect(new Set(keys[0]?.byAlgorithm.keys())).toEqual(new Set(fitting));
    expect(skipped).toEqual([]);
  });

  test.each(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'])(
    'an RSA key that says %s is for that alone',
    async (alg) => {
      const { keys } = await read(change(rsa.jwk, { alg }));
      expect([...(keys[0]?.byAlgorithm.keys() ?? [])]).toEqual([alg]);
    },
  );

  test.each(['EdDSA', 'Ed25519'])(
    'an Ed25519 key that says %s is for that name alone',
    async (alg) => {
      const { keys } = await read(change(okp.jwk, { alg }));
      expect([...(keys[0]?.byAlgorithm.keys() ?? [])]).toEqual([alg]);
    },
  );

  test('only algorithms of the allow-list', async () => {
    const { keys } = await readKeySet({ keys: [change(rsa.jwk, { alg: undefined }), ec.jwk] }, [
      'PS256',
    ]);
    expect(keys.map(({ kid, byAlgorithm }) => [kid, [...byAlgorithm.keys()]])).toEqual([
      ['rsa', ['PS256']],
    ]);
  });

  test('it keeps what was published, and a KeyObject', async () => {
    const { keys } = await read(change(ec.jwk, { created_at: 1136171045, x5c: ['junk'] }));
    expect(keys[0]?.kid).toBe('ec');
    expect(keys[0]?.keyObject.type).toBe('public');
    expect(keys[0]?.keyObject.equals(createPublicKey(ec.privateKey))).toBe(true);
  });

  test.each([
    ['no use, no key_ops, no alg', { use: undefined, alg: undefined }],
    ['key_ops verify', { use: undefined, key_ops: ['verify'] }],
    ['key_ops with others', { key_ops: ['sign', 'verify'] }],
    ['no kid', { kid: undefined }],
  ])('%s is fine', async (_, changes) => {
    expect((await read(change(ec.jwk, changes))).keys).toHaveLength(1);
  });
});

describe('a key is skipped, with a word, and takes no other down', () => {
  const { privateKey } = ec;
  const rsa1024 = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({
    format: 'jwk',
  });
  const x25519 = generateKeyPairSync('x25519').publicKey.export({ format: 'jwk' });
  const ed448 = generateKeyPairSync('ed448').publicKey.export({ format: 'jwk' });
  const secp256k1 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey.export({
    format: 'jwk',
  });
  const cases: [string, unknown][] = [
    [
      'symmetric',
      { kty: 'oct', k: 'c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA', alg: 'HS256', kid: 'bad' },
    ],
    [
      'symmetric that claims to be RS256',
      { kty: 'oct', k: 'c2VjcmV0', alg: 'RS256', use: 'sig', kid: 'bad' },
    ],
    ['a public key with a "k"', change(ec.jwk, { k: 'c2VjcmV0', kid: 'bad' })],
    ['a private EC key', change({ ...privateKey.export({ format: 'jwk' }) }, { kid: 'bad' })],
    ['a private RSA key', change({ ...rsa.privateKey.export({ format: 'jwk' }) }, { kid: 'bad' })],
    [
      'a private Ed25519 key',
      change({ ...okp.privateKey.export({ format: 'jwk' }) }, { kid: 'bad' }),
    ],
    ['RSA of 1024 bits', change(rsa1024, { kid: 'bad', alg: 'RS256' })],
    ['RSA with exponent 1', change(rsa.jwk, { e: 'AQ', kid: 'bad' })],
    ['RSA with exponent 2', change(rsa.jwk, { e: 'Ag', kid: 'bad' })],
    ['RSA with exponent 0', change(rsa.jwk, { e: 'AA', kid: 'bad' })],
    ['RSA with an exponent of 33 bits', change(rsa.jwk, { e: 'AQAAAAE', kid: 'bad' })],
    ['RSA with an exponent of 256 bytes', change(rsa.jwk, { e: rsaModulus(256), kid: 'bad' })],
    ['RSA of 8200 bits', change(rsa.jwk, { n: rsaModulus(1025), kid: 'bad' })],
    ['RSA of 16384 bits', change(rsa.jwk, { n: rsaModulus(2048), kid: 'bad' })],
    ['RSA without a modulus', change(rsa.jwk, { n: undefined, kid: 'bad' })],
    ['RSA with an empty modulus', change(rsa.jwk, { n: '', kid: 'bad' })],
    ['RSA with a modulus of a wrong type', change(rsa.jwk, { n: 1, kid: 'bad' })],
    ['for encryption', change(ec.jwk, { use: 'enc', kid: 'bad' })],
    ['for an odd use', change(ec.jwk, { use: ['sig'], kid: 'bad' })],
    ['for a use in another case', change(ec.jwk, { use: 'SIG', kid: 'bad' })],
    ['for other operations', change(ec.jwk, { key_ops: ['sign'], kid: 'bad' })],
    ['for no operation', change(ec.jwk, { key_ops: [], kid: 'bad' })],
    ['with operations that are no list', change(ec.jwk, { key_ops: 'verify', kid: 'bad' })],
    ['for an algorithm of another kind', change(ec.jwk, { alg: 'RS256', kid: 'bad' })],
    ['for an algorithm of another curve', change(ec.jwk, { alg: 'ES384', kid: 'bad' })],
    ['for no algorithm here', change(rsa.jwk, { alg: 'RSA-OAEP', kid: 'bad' })],
    ['for HMAC', change(rsa.jwk, { alg: 'HS256', kid: 'bad' })],
    ['for an algorithm in another case', change(rsa.jwk, { alg: 'rs256', kid: 'bad' })],
    ['for an algorithm of a wrong type', change(rsa.jwk, { alg: ['RS256'], kid: 'bad' })],
    ['without a type', change(ec.jwk, { kty: undefined, kid: 'bad' })],
    ['of an unknown type', change(ec.jwk, { kty: 'AKP', kid: 'bad' })],
    ['of a type in another case', change(ec.jwk, { kty: 'ec', kid: 'bad' })],
    ['on a wrong curve', change(ec.jwk, { crv: 'P-384', alg: undefined, kid: 'bad' })],
    ['on secp256k1', change(secp256k1, { kid: 'bad' })],
    ['X25519', change(x25519, { kid: 'bad' })],
    ['Ed448', change(ed448, { kid: 'bad' })],
    [
      'not on its curve',
      change(ec.jwk, { x: Buffer.alloc(32, 1).toString('base64url'), kid: 'bad' }),
    ],
    ['with a short coordinate', change(ec.jwk, { x: 'AA', kid: 'bad' })],
    ['Ed25519 of a wrong length', change(okp.jwk, { x: 'AA', kid: 'bad' })],
    ['with an empty kid', change(ec.jwk, { kid: '' })],
    ['with a number as kid', change(ec.jwk, { kid: 1 })],
    ['with null as kid', change(ec.jwk, { kid: null })],
    ['with a list as kid', change(ec.jwk, { kid: ['bad'] })],
    ['null', null],
    ['a string', 'key'],
    ['a number', 1],
    ['an array', [ec.jwk]],
    ['an empty object', {}],
  ];
  test.each(cases)('%s', async (_, bad) => {
    const { keys, skipped } = await read(ec2.jwk, bad, rsa.jwk);
    expect(keys.map(({ kid }) => kid)).toEqual(['ec2', 'rsa']);
    expect(skipped).toHaveLength(1);
  });

  test.each(
    [0x00, 0x80].flatMap((sign) => SMALL_ORDER.map((point): [string, number] => [point, sign])),
  )('Ed25519 with the point %s of small order, sign %i', async (point, sign) => {
    const x = Buffer.from(point, 'hex');
    x.writeUInt8(x.readUInt8(31) | sign, 31);
    const jwk = change(okp.jwk, { x: x.toString('base64url'), kid: 'bad' });
    const { keys, skipped } = await read(jwk, ec.jwk);
    expect(keys.map(({ kid }) => kid)).toEqual(['ec']);
    expect(skipped).toEqual([expect.stringMatching(/^key "bad": /)]);
  });

  test('such a point verifies what nobody signed', () => {
    const x = Buffer.from(SMALL_ORDER[1] ?? '', 'hex');
    const key = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: x.toString('base64url') },
      format: 'jwk',
    });
    const forged = Buffer.concat([x, Buffer.alloc(32)]);
    expect(verify(null, Buffer.from('any text'), key, forged)).toBe(true);
  });

  test('RSA of 8192 bits is not', async () => {
    const big = change(rsa.jwk, { n: rsaModulus(1024), kid: 'a' });
    expect((await read(big, rsa.jwk)).skipped).toEqual([]);
  });

  test('RSA of 2048 bits with exponent 3 or 65537 is not', async () => {
    const three = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicExponent: 3,
    }).publicKey.export({ format: 'jwk' });
    expect((await read(change(three, { kid: 'a' }), rsa.jwk)).skipped).toEqual([]);
  });

  test('the word names the key, escaped and cut, and never a private part', async () => {
    const jwk = change(privateKey.export({ format: 'jwk' }), { kid: `bad\n${'x'.repeat(500)}` });
    const { skipped } = await read(jwk);
    expect(skipped[0]).toMatch(/^[\x20-\x7e]*$/);
    expect(skipped[0]).toContain('bad\\u000ax');
    expect(skipped[0]?.length).toBeLessThan(300);
    expect(skipped[0]).not.toContain(jwk['d']);
  });
});

describe('selectKey', () => {
  const kidOf = async (keys: unknown[], query: Parameters<typeof selectKey>[1]) => {
    const selection = selectKey(await read(...keys), query);
    return typeof selection === 'string' ? selection : { kid: selection.key.kid };
  };

  test('finds by exact kid', async () => {
    expect(await kidOf([ec.jwk, ec2.jwk], { kid: 'ec2', alg: 'ES256' })).toEqual({ kid: 'ec2' });
  });

  test.each(['EC', 'ec ', 'e', '', 'toString'])('kid %p is not "ec"', async (kid) => {
    expect(await kidOf([ec.jwk], { kid, alg: 'ES256' })).toBe('unknown');
  });

  test('an empty set knows nothing', async () => {
    expect(await kidOf([], { kid: 'ec', alg: 'ES256' })).toBe('unknown');
    expect(await kidOf([], { kid: undefined, alg: 'ES256' })).toBe('unknown');
  });

  test.each([
    ['another kind of key', rsa.jwk, 'rsa', 'ES256'],
    ['another algorithm of the kind', rsa.jwk, 'rsa', 'PS256'],
    ['the other name of the algorithm', okp.jwk, 'okp', 'Ed25519'],
  ] as const)('the kid of %s finds nothing', async (_, jwk, kid, alg) => {
    expect(await kidOf([jwk], { kid, alg })).toMatch(/unusable|unknown/);
  });

  test('a key without kid is not found by one', async () => {
    expect(await kidOf([change(ec.jwk, { kid: undefined })], { kid: 'ec', alg: 'ES256' })).toBe(
      'unknown',
    );
  });

  describe('no kid', () => {
    const query = { kid: undefined, alg: 'ES256' } as const;
    test('one key fits: that one', async () => {
      expect(await kidOf([ec.jwk, rsa.jwk, okp.jwk], query)).toEqual({ kid: 'ec' });
      expect(await kidOf([change(ec.jwk, { kid: undefined })], query)).toEqual({ kid: undefined });
    });

    test('two keys fit: neither', async () => {
      expect(await kidOf([ec.jwk, ec2.jwk], query)).toMatch(/unusable|unknown/);
    });

    test('none fits: a newer set might have it', async () => {
      expect(await kidOf([rsa.jwk, okp.jwk], query)).toBe('unknown');
    });
  });

  describe('the same kid twice', () => {
    test('both fit: neither is used, and one line says so', async () => {
      const twins = [ec.jwk, change(ec2.jwk, { kid: 'ec' }), rsa.jwk];
      expect(await kidOf(twins, { kid: 'ec', alg: 'ES256' })).toMatch(/unusable|unknown/);
      expect((await read(...twins)).skipped).toHaveLength(1);
      expect((await read(...twins, change(ec.jwk, {}))).skipped).toHaveLength(1);
      expect(await kidOf(twins, { kid: 'rsa', alg: 'RS256' })).toEqual({ kid: 'rsa' });
    });

    test('even the very same key', async () => {
      expect(await kidOf([ec.jwk, ec.jwk], { kid: 'ec', alg: 'ES256' })).toMatch(
        /unusable|unknown/,
      );
    });

    test('of different kinds: each is used for its own, and nothing is said', async () => {
      const mixed = [change(ec.jwk, { kid: 'same' }), change(rsa.jwk, { kid: 'same' })];
      expect(await kidOf(mixed, { kid: 'same', alg: 'ES256' })).toEqual({ kid: 'same' });
      expect(await kidOf(mixed, { kid: 'same', alg: 'RS256' })).toEqual({ kid: 'same' });
      expect((await read(...mixed)).skipped).toEqual([]);
    });

    test('one of them skipped: the other is used', async () => {
      expect(
        await kidOf([ec.jwk, change(ec2.jwk, { kid: 'ec', use: 'enc' })], {
          kid: 'ec',
          alg: 'ES256',
        }),
      ).toEqual({ kid: 'ec' });
    });
  });
});
