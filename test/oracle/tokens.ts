import { constants, sign, type KeyObject } from 'node:crypto';
import { algorithms, keyTypeFits, type Algorithm } from '../../lib/core/crypto/algorithms.js';
import { createSigningKey, type SigningKey } from '../../lib/testing/signing-key.js';
import { part } from '../support/tokens.js';

/** One key per type and curve: every algorithm that fits it is tried with it. */
export const keys: readonly SigningKey[] = (
  ['RS256', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const
).map((alg) => {
  const key = createSigningKey(alg);
  const { alg: _alg, use: _use, ...jwk } = key.jwk;
  return { ...key, jwk };
});

export const fitting = (key: SigningKey): Algorithm[] =>
  algorithms.filter((alg) => keyTypeFits(alg, key.jwk));

/** A token that both are asked about, under this key. */
export interface Case {
  readonly key: SigningKey;
  readonly token: string;
}

/** Numbers of [0, 1), the same ones in every run (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Making {
  readonly digest?: string;
  readonly dsaEncoding?: 'der' | 'ieee-p1363';
  readonly saltLength?: number;
}

/** Signs as the algorithm says, or otherwise. */
function signBytes(
  data: Buffer,
  alg: Algorithm,
  key: KeyObject,
  { digest, dsaEncoding = 'ieee-p1363', saltLength }: Making = {},
): Buffer {
  if (alg === 'EdDSA' || alg === 'Ed25519') return sign(null, data, key);
  const hash = digest ?? `sha${alg.slice(2)}`;
  if (alg.startsWith('ES')) return sign(hash, data, { key, dsaEncoding });
  if (alg.startsWith('RS')) return sign(hash, data, key);
  return sign(hash, data, {
    key,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: saltLength ?? constants.RSA_PSS_SALTLEN_DIGEST,
  });
}

const PAYLOAD = '{"iss":"joe","n":1}';

interface Shape {
  readonly header?: string | Uint8Array;
  readonly payload?: string | Uint8Array;
  readonly by?: Algorithm;
  readonly making?: Making;
}

function make(
  key: SigningKey,
  alg: Algorithm,
  { header, payload = PAYLOAD, by = alg, making }: Shape = {},
): string {
  const input = `${part(header ?? JSON.stringify({ alg }))}.${part(payload)}`;
  return `${input}.${part(signBytes(Buffer.from(input), by, key.privateKey, making))}`;
}

/** Signs parts as they are written. */
function makeRaw(key: SigningKey, alg: Algorithm, header: string, payload: string): string {
  const input = `${header}.${payload}`;
  return `${input}.${part(signBytes(Buffer.from(input), alg, key.privateKey))}`;
}

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.split('');
const OTHERS = ['.', '=', '+', '/', ' ', '\n', '\t', '\0', '~', 'é', 'Ł', '\ud83d'];
/** A check on these curves takes a millisecond. */
const isSlow = (alg: Algorithm) => alg === 'ES384' || alg === 'ES512';

/** Every position of a good token, by every character; fewer on slow curves. */
export function* mutated(key: SigningKey, alg: Algorithm, random: () => number): Generator<Case> {
  const token = make(key, alg);
  yield { key, token };
  const all = [...BASE64URL, ...OTHERS];
  for (let at = 0; at < token.length; at++) {
    const chosen = isSlow(alg)
      ? Array.from({ length: 6 }, () => all[Math.floor(random() * all.length)] as string)
      : all;
    for (const character of chosen)
      yield { key, token: token.slice(0, at) + character + token.slice(at + 1) };
    yield { key, token: token.slice(0, at) + token.slice(at + 1) };
    const inserted = all[Math.floor(random() * all.length)] as string;
    yield { key, token: `${token.slice(0, at)}${inserted}${token.slice(at)}` };
  }
}

/**
 * Good tokens of any size, and the same with bits of the decoded signature, header or payload
 * changed.
 */
export function* flipped(
  key: SigningKey,
  alg: Algorithm,
  random: () => number,
  count: number,
): Generator<Case> {
  for (let made = 0; made < count; made++) {
    const token = make(key, alg, {
      payload: JSON.stringify({ n: made, text: 'x'.repeat(random() * 300) }),
    });
    yield { key, token };
    const parts = token.split('.').map((one) => Buffer.from(one, 'base64url'));
    const which = parts[Math.floor(random() * 3)] as Buffer;
    const at = Math.floor(random() * which.length);
    which[at] = (which[at] as number) ^ (1 << Math.floor(random() * 8));
    yield { key, token: parts.map((bytes) => bytes.toString('base64url')).join('.') };
  }
}

/** The same bytes written in another way: signed that way, and changed after. */
export function* reencoded(key: SigningKey, alg: Algorithm): Generator<Case> {
  const spellings: ((text: string) => string)[] = [
    (text) => text,
    (text) => text.padEnd(Math.ceil(text.length / 4) * 4, '='),
    (text) => `${text}=`,
    (text) => `${text}==`,
    (text) => text.replaceAll('-', '+').replaceAll('_', '/'),
    (text) => ` ${text}`,
    (text) => `${text}\n`,
    (text) => `${text.slice(0, 5)}\r\n${text.slice(5)}`,
    (text) => `${text.slice(0, 5)}\t${text.slice(5)}`,
    (text) => `${text.slice(0, 5)}\f${text.slice(5)}`,
    (text) => `${text.slice(0, 5)}\u00a0${text.slice(5)}`,
    (text) => `${text.slice(0, 5)}\0${text.slice(5)}`,
    ...BASE64URL.map((last) => (text: string) => text.slice(0, -1) + last),
    (text) => `${text}A`,
    (text) => `${text}AA`,
  ];
  // Lengths that leave two, four and no bits over.
  for (const payload of [PAYLOAD, '{"a":"?>?>~~ÿÿ"}', '{"a":"??>~~ÿÿ"}', '{"a":"?~ÿÿ"}']) {
    const good = make(key, alg, { payload });
    for (const which of [0, 1, 2]) {
      for (const spell of isSlow(alg) ? spellings.slice(0, 20) : spellings) {
        const parts = good.split('.') as [string, string, string];
        parts[which] = spell(parts[which] as string);
        yield { key, token: parts.join('.') };
        if (which < 2) yield { key, token: makeRaw(key, alg, parts[0], parts[1]) };
      }
    }
  }
}

/** Signatures of other lengths, of special values, and made in other ways. */
export function* wrongSignatures(key: SigningKey, alg: Algorithm): Generator<Case> {
  const good = make(key, alg);
  const input = good.slice(0, good.lastIndexOf('.'));
  const signature = Buffer.from(good.slice(input.length + 1), 'base64url');
  const { length } = signature;
  const half = length / 2;
  const zeros = Buffer.alloc(half);
  const r = signature.subarray(0, half);
  const s = signature.subarray(half);
  const others: Uint8Array[] = [
    Buffer.alloc(0),
    ...Array.from({ length }, (_, cut) => signature.subarray(0, cut)),
    ...Array.from({ length }, (_, cut) => signature.subarray(cut)),
    ...[1, 2, 3, 8, 64, length].flatMap((more) => [
      Buffer.concat([signature, Buffer.alloc(more)]),
      Buffer.concat([Buffer.alloc(more), signature]),
      Buffer.concat([signature, Buffer.alloc(more, 0xff)]),
    ]),
    ...[0, 1, 0x7f, 0x80, 0xff].map((byte) => Buffer.alloc(length, byte)),
    Buffer.concat([zeros, s]),
    Buffer.concat([r, zeros]),
    Buffer.concat([s, r]),
    Buffer.concat([Buffer.alloc(1), r, Buffer.alloc(1), s]),
    Buffer.concat([r.subarray(1), s.subarray(1)]),
    Buffer.concat([Buffer.alloc(half, 0xff), s]),
    Buffer.concat([r, Buffer.alloc(half, 0xff)]),
    ...orderVariants(alg, r, s),
    ...(alg.startsWith('ES')
      ? [signBytes(Buffer.from(input), alg, key.privateKey, { dsaEncoding: 'der' })]
      : []),
  ];
  for (const other of others) yield { key, token: `${input}.${part(other)}` };
  if (alg.startsWith('PS')) {
    for (const saltLength of [
      0,
      1,
      16,
      20,
      31,
      32,
      33,
      47,
      48,
      49,
      63,
      64,
      65,
      100,
      constants.RSA_PSS_SALTLEN_MAX_SIGN,
    ]) {
      yield { key, token: make(key, alg, { making: { saltLength } }) };
    }
    yield* withoutLeadingZeros(key, alg);
  }
  if (!alg.startsWith('Ed'))
    for (const digest of ['sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'sha3-256'])
      yield { key, token: make(key, alg, { making: { digest } }) };
}

const ORDERS: Partial<Record<Algorithm, bigint>> = {
  ES256: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  ES384: BigInt(
    '0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf' +
      '581a0db248b0a77aecec196accc52973',
  ),
  ES512: BigInt(
    '0x01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff' +
      'fffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e9138' +
      '6409',
  ),
};
/** RFC 8032 section 5.1: little-endian. */
const ED25519_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

const reversed = (bytes: Buffer): Buffer => Buffer.from(new Uint8Array(bytes).toReversed());

/**
 * Values beyond the order of the group, and the other root: n - s is as good as s for ECDSA, and L
 * + s must not be for Ed25519.
 */
function orderVariants(alg: Algorithm, r: Buffer, s: Buffer): Buffer[] {
  const write = (value: bigint, length: number) =>
    Buffer.from(
      value
        .toString(16)
        .padStart(2 * length, '0')
        .slice(-2 * length),
      'hex',
    );
  const read = (bytes: Buffer) => BigInt(`0x${bytes.toString('hex')}`);
  const order = ORDERS[alg];
  if (order !== undefined) {
    return [order, order - 1n, order + 1n, order - read(s), order + read(s)].flatMap((value) => [
      Buffer.concat([r, write(value, r.length)]),
      Buffer.concat([write(value, r.length), s]),
    ]);
  }
  if (!alg.startsWith('Ed')) return [];
  const value = read(reversed(s));
  return [1n, 2n, 7n].map((times) =>
    Buffer.concat([r, reversed(write(value + times * ED25519_ORDER, 32))]),
  );
}

function* withoutLeadingZeros(key: SigningKey, alg: Algorithm): Generator<Case> {
  for (let found = 0, tries = 0; found < 2; tries++) {
    const token = make(key, alg, { payload: JSON.stringify({ tries }) });
    const dot = token.lastIndexOf('.');
    const signature = Buffer.from(token.slice(dot + 1), 'base64url');
    if (signature[0] !== 0) continue;
    found += 1;
    yield { key, token };
    yield { key, token: `${token.slice(0, dot)}.${part(signature.subarray(1))}` };
  }
}

const HEADERS = (alg: string): (string | Uint8Array)[] => [
  JSON.stringify({ alg, typ: 'at+jwt', kid: 'a', jku: 'https://attacker.example', x5c: ['a'] }),
  ...[null, 1, '', {}, []].map((kid) => JSON.stringify({ alg, kid })),
  ...[[], ['exp'], ['b64'], 'b64', null, ['b64', 'b64'], ['']].map((crit) =>
    JSON.stringify({ alg, crit }),
  ),
  JSON.stringify({ alg, crit: ['b64'], b64: true }),
  JSON.stringify({ alg, crit: ['b64'], b64: false }),
  JSON.stringify({ alg, b64: false }),
  `{"alg":"none","alg":"${alg}"}`,
  `{"alg":"${alg}","alg":"none"}`,
  ` { "alg" : "${alg}" } `,
  `{"alg":"${alg}"}\n`,
  `{"alg":"\\u0${alg.charCodeAt(0).toString(16).padStart(3, '0')}${alg.slice(1)}"}`,
  `\ufeff{"alg":"${alg}"}`,
  `{"__proto__":{"alg":"${alg}"}}`,
  JSON.stringify([{ alg }]),
  JSON.stringify({ alg: [alg] }),
  JSON.stringify({ alg: alg.toLowerCase() }),
  JSON.stringify(alg),
  'null',
  '',
  '{}',
  Buffer.concat([
    Buffer.from(`{"alg":"${alg}","x":"`),
    Buffer.from([0xff, 0xc0]),
    Buffer.from('"}'),
  ]),
  ...['none', 'HS256', 'HS512', 'ES256K', 'RS1', 'Ed448', 'EdDSA ', 'constructor', '__proto__'].map(
    (other) => JSON.stringify({ alg: other }),
  ),
];

const PAYLOADS: (string | Uint8Array)[] = [
  '',
  'Payload',
  'null',
  '1',
  '"text"',
  '[]',
  '{}',
  '{"a":1,"a":2}',
  '\ufeff{}',
  '{"a":"é😀"}',
  Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
  JSON.stringify({ padding: 'x'.repeat(13_000) }),
];

/** Headers and payloads of all kinds, well signed. */
export function* shapes(key: SigningKey, alg: Algorithm): Generator<Case> {
  for (const header of HEADERS(alg)) yield { key, token: make(key, alg, { header }) };
  for (const payload of PAYLOADS) yield { key, token: make(key, alg, { payload }) };
  const good = make(key, alg);
  const [header, payload, signature] = good.split('.') as [string, string, string];
  yield* [
    '',
    '.',
    '..',
    '...',
    header,
    `${header}.${payload}`,
    `${header}.${payload}.`,
    `.${payload}.${signature}`,
    `${header}..${signature}`,
  ]
    .concat([`${good}.`, `.${good}`, `${good}.${signature}`, `${good}...`, ` ${good}`, `${good}\n`])
    .map((token) => ({ key, token }));
}

/**
 * Every algorithm's name over every algorithm's signature, under every key; and keys of another
 * curve, or of somebody else.
 */
export function* swapped(): Generator<Case> {
  const strangers = keys.map((key) => createSigningKey(key.alg));
  for (const signer of [...keys, ...strangers]) {
    for (const by of fitting(signer)) {
      for (const alg of algorithms) {
        const token = make(signer, by, { header: JSON.stringify({ alg }) });
        for (const key of keys) yield { key, token };
      }
    }
  }
}
