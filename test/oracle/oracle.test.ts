import { compactVerify, importJWK, type CryptoKey } from 'jose';
import type { KeyObject } from 'node:crypto';
import { algorithms } from '../../lib/core/crypto/algorithms.js';
import { AuthError } from '../../lib/core/errors.js';
import { readKeySet, type PublicKey } from '../../lib/core/keys/key-set.js';
import { readKeyQuery } from '../../lib/core/token/header-rules.js';
import { parseToken } from '../../lib/core/token/parse.js';
import { signatureHolds, type VerificationKey } from '../../lib/core/crypto/signature.js';
import { requireSignature } from '../../lib/core/token/verify.js';
import { createSigningKey, type SigningKey } from '../../lib/testing/signing-key.js';
import { jwsVectors } from '../support/jws-vectors.js';
import { signedTextOf } from '../support/signed-text.js';
import { part } from '../support/tokens.js';
import { rulings } from './rulings.js';
import {
  fitting,
  flipped,
  keys,
  mutated,
  reencoded,
  seeded,
  shapes,
  swapped,
  wrongSignatures,
  type Case,
} from './tokens.js';

const SEED = 20_251_122;
const LEAST = 200_000;
const AT_ONCE = 64;

/**
 * One key on both sides: as we read it, and as jose imports it for every algorithm that it takes it
 * for.
 */
interface Sides {
  readonly ours: PublicKey | undefined;
  readonly jose: ReadonlyMap<string, CryptoKey>;
}

async function sidesOf(jwk: object): Promise<Sides> {
  const { keys: read } = await readKeySet({ keys: [jwk] }, algorithms);
  const imported = new Map<string, CryptoKey>();
  for (const alg of algorithms) {
    const key = await importJWK(jwk, alg).catch(() => undefined);
    if (key !== undefined && !(key instanceof Uint8Array)) imported.set(alg, key);
  }
  return { ours: read[0], jose: imported };
}

/** What a verifier does with a token but for its claims: parse, header, key, signature. */
async function weAccept(token: string, { ours }: Sides): Promise<boolean> {
  if (ours === undefined) return false;
  try {
    const parsed = parseToken(token);
    const query = readKeyQuery(parsed.header);
    if (!ours.byAlgorithm.has(query.alg)) return false;
    await requireSignature(parsed, ours, query);
    return true;
  } catch (error) {
    if (error instanceof AuthError) return false;
    throw error;
  }
}

async function joseAccepts(token: string, { jose }: Sides): Promise<boolean> {
  const keyFor = ({ alg = '' }: { alg?: string }): CryptoKey => {
    const key = jose.get(alg);
    if (key === undefined) throw new TypeError('no such key');
    return key;
  };
  return compactVerify(token, keyFor, { algorithms: [...algorithms] }).then(
    () => true,
    () => false,
  );
}

const counts = { tokens: 0, accepted: 0, rulings: new Map(rulings.map(({ what }) => [what, 0])) };

const modulusBytes = ({ asymmetricKeyDetails }: KeyObject): number =>
  (asymmetricKeyDetails?.modulusLength ?? 0) / 8;

/** Asks both, and says what is wrong with their answers; `undefined` when nothing is. */
async function compare(token: string, sides: Sides): Promise<string | undefined> {
  const [ours, theirs] = await Promise.all([weAccept(token, sides), joseAccepts(token, sides)]);
  counts.tokens += 1;
  if (ours && theirs) counts.accepted += 1;
  if (ours === theirs) return undefined;
  if (ours) return `accepted, and jose refuses: ${token}`;
  const keyBytes = sides.ours === undefined ? 0 : modulusBytes(sides.ours.keyObject);
  const ruling = rulings.find(({ covers }) => covers(token, keyBytes));
  if (ruling === undefined) return `refused without a ruling, and jose accepts: ${token}`;
  counts.rulings.set(ruling.what, (counts.rulings.get(ruling.what) ?? 0) + 1);
  return undefined;
}

let sides: ReadonlyMap<SigningKey, Sides>;

beforeAll(async () => {
  sides = new Map(
    await Promise.all(keys.map(async (key) => [key, await sidesOf(key.jwk)] as const)),
  );
});

async function agree(cases: Iterable<Case>): Promise<void> {
  const wrong: (string | undefined)[] = [];
  let batch: Promise<string | undefined>[] = [];
  for (const { key, token } of cases) {
    batch.push(compare(token, sides.get(key) as Sides));
    if (batch.length < AT_ONCE) continue;
    wrong.push(...(await Promise.all(batch)));
    batch = [];
  }
  wrong.push(...(await Promise.all(batch)));
  const told = wrong.filter((one) => one !== undefined);
  expect({ count: told.length, first: told.slice(0, 5) }).toEqual({ count: 0, first: [] });
}

const each = keys.flatMap((key) => fitting(key).map((alg) => ({ alg, key })));

describe.each(each)('$alg', ({ alg, key }) => {
  const random = seeded(SEED + algorithms.indexOf(alg));
  const isSlow = alg === 'ES384' || alg === 'ES512';

  test('every position changed', () => agree(mutated(key, alg, random)));
  test('bits flipped', () => agree(flipped(key, alg, random, isSlow ? 200 : 1_000)));
  test('written otherwise', () => agree(reencoded(key, alg)));
  test('signatures of other lengths, values and makings', () => agree(wrongSignatures(key, alg)));
  test('headers, payloads and numbers of parts', () => agree(shapes(key, alg)));
});

test('names of algorithms, signatures and keys in every combination', () => agree(swapped()));

test.each(jwsVectors)('$source', async ({ alg, jwk, token }) => {
  const both = await sidesOf(jwk);
  expect(await joseAccepts(token, both)).toBe(true);
  expect(await compare(token, both)).toBeUndefined();
  // The payloads of most are no JSON, which the parser refuses: the signature step alone must agree
  // as well.
  const key = both.ours?.byAlgorithm.get(alg) as VerificationKey;
  expect(await signatureHolds(signedTextOf(token), key)).toBe(true);
  const { signed, signature } = signedTextOf(token);
  for (let at = 0; at < signature.length; at++) {
    const changedBytes = signature.map((byte, index) => (index === at ? byte ^ 1 : byte));
    const changed = `${signed}.${part(changedBytes)}`;
    expect(await signatureHolds(signedTextOf(changed), key)).toBe(await joseAccepts(changed, both));
    counts.tokens += 1;
  }
});

describe('keys that should not be', () => {
  const small = [
    '00'.repeat(32),
    `01${'00'.repeat(31)}`,
    `ec${'ff'.repeat(30)}7f`,
    `ed${'ff'.repeat(30)}7f`,
    `${'00'.repeat(31)}80`,
  ];
  test('Ed25519 of small order: skipped, where jose takes what nobody signed', async () => {
    let forged = 0;
    for (const hex of small) {
      const both = await sidesOf({ kty: 'OKP', crv: 'Ed25519', x: part(Buffer.from(hex, 'hex')) });
      expect(both.ours).toBeUndefined();
      for (const r of small) {
        const signature = part(Buffer.concat([Buffer.from(r, 'hex'), Buffer.alloc(32)]));
        for (let n = 0; n < 16; n++) {
          const token = `${part('{"alg":"EdDSA"}')}.${part(JSON.stringify({ n }))}.${signature}`;
          if (await joseAccepts(token, both)) forged += 1;
        }
      }
    }
    expect(forged).toBeGreaterThan(0);
  });

  test('whatever key we take for an algorithm, jose takes for it', async () => {
    const rsa = createSigningKey('RS256').jwk;
    const ec = createSigningKey('ES256').jwk;
    const odd = [
      ...keys.map(({ jwk }) => jwk),
      ...['P-384', 'P-521', 'secp256k1', 'Ed25519', undefined].map((crv) => ({ ...ec, crv })),
      ...['X25519', 'Ed448', 'P-256'].map((crv) => ({ ...createSigningKey('EdDSA').jwk, crv })),
      { ...ec, y: ec.x },
      { ...ec, x: part(Buffer.alloc(32)) },
      { ...ec, x: `${ec.x as string}AA` },
      { ...rsa, n: rsa.n?.slice(0, 100) },
      { ...rsa, e: 'AQ' },
      { ...rsa, e: '' },
      { ...rsa, n: `${rsa.n as string}=` },
      { kty: 'RSA' },
      { kty: 'EC' },
    ].map((jwk) => ({ ...jwk, alg: undefined, use: undefined, key_ops: undefined }));
    for (const jwk of odd) {
      const { ours, jose } = await sidesOf(JSON.parse(JSON.stringify(jwk)) as object);
      for (const alg of ours?.byAlgorithm.keys() ?? [])
        expect({ jwk, alg, taken: jose.has(alg) }).toEqual({ jwk, alg, taken: true });
    }
  });
});

test(
  `at least ${LEAST.toLocaleString('en')} tokens, good ones among them, and every ruling was ` +
    'met',
  () => {
    const lines = [...counts.rulings].map(
      ([what, count]) => `  ${String(count).padStart(7)}  ${what}`,
    );
    process.stdout.write(
      `${counts.tokens} tokens compared, seed ${SEED}; both accept ${counts.accepted}; we ` +
        `refuse what jose accepts:\n${lines.join('\n')}\n`,
    );
    expect(counts.tokens).toBeGreaterThanOrEqual(LEAST);
    expect(counts.accepted).toBeGreaterThan(10_000);
    expect([...counts.rulings].filter(([, count]) => count === 0)).toEqual([]);
  },
);
