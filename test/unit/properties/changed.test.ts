import * as fc from 'fast-check';
import { AuthError } from '../../../lib/core/errors.js';
import { createSigningKey, signJwt } from '../../../lib/testing/signing-key.js';
import { propertyRuns } from '../../support/property-runs.js';
import { claimsWith, headerWith, ISSUER, NOW, trustedIssuer } from '../../support/tokens.js';
import { countingVerifier, type CountingVerifier } from '../../support/verifier.js';

const algorithms = ['ES256', 'RS256', 'EdDSA', 'PS256'] as const;
const keys = algorithms.map((alg) => createSigningKey(alg, { kid: alg }));
const tokens = keys.map((key) =>
  signJwt(headerWith({ alg: key.alg, kid: key.kid }), claimsWith(), key),
);
const anyToken = fc.constantFrom(...tokens);

let t: CountingVerifier;
beforeAll(async () => {
  t = await countingVerifier(
    [trustedIssuer({ algorithms })],
    { [ISSUER]: { keys: keys.map(({ jwk }) => jwk) } },
    () => NOW * 1000,
  );
});

async function expectRefused(token: string): Promise<void> {
  const outcome: unknown = await t.verify(token).catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(AuthError);
  expect((outcome as AuthError).kind).toBe('invalid_token');
}

test('they are good as they are', async () => {
  for (const token of tokens) expect((await t.verify(token)).issuer).toBe(ISSUER);
});

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.split('');
const anyCharacter = fc.oneof(
  fc.constantFrom(...BASE64URL, '.', '=', '+', '/', ' ', '\n'),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
);

test('one character changed: refused', async () => {
  await fc.assert(
    fc.asyncProperty(anyToken, fc.nat(), anyCharacter, async (token, at, character) => {
      const index = at % token.length;
      fc.pre(token[index] !== character);
      await expectRefused(token.slice(0, index) + character + token.slice(index + 1));
    }),
    { numRuns: propertyRuns(400) },
  );
});

test('one bit of the decoded bytes changed: refused', async () => {
  await fc.assert(
    fc.asyncProperty(anyToken, fc.nat(2), fc.nat(), fc.nat(7), async (token, which, at, bit) => {
      const parts = token.split('.').map((part) => Buffer.from(part, 'base64url'));
      const bytes = parts[which] as Buffer;
      const index = at % bytes.length;
      bytes[index] = (bytes[index] as number) ^ (1 << bit);
      await expectRefused(parts.map((part) => part.toString('base64url')).join('.'));
    }),
    { numRuns: propertyRuns(400) },
  );
});

test('every last character but one is refused: a token has one spelling', async () => {
  for (const token of tokens) {
    for (const part of [0, 1, 2]) {
      for (const character of BASE64URL) {
        const parts = token.split('.');
        const original = parts[part] as string;
        parts[part] = original.slice(0, -1) + character;
        if (parts[part] !== original) await expectRefused(parts.join('.'));
      }
    }
  }
});

test('cut anywhere: refused', async () => {
  await fc.assert(
    fc.asyncProperty(anyToken, fc.nat(), fc.nat(), async (token, from, length) => {
      const start = from % token.length;
      const end = start + 1 + (length % (token.length - start));
      await expectRefused(token.slice(0, start) + token.slice(end));
    }),
    { numRuns: propertyRuns(300) },
  );
});

test('something inserted anywhere: refused', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyToken,
      fc.nat(),
      fc.oneof(anyCharacter, fc.string({ minLength: 1, maxLength: 50 })),
      async (token, at, text) => {
        const index = at % (token.length + 1);
        await expectRefused(token.slice(0, index) + text + token.slice(index));
      },
    ),
    { numRuns: propertyRuns(300) },
  );
});

test('parts of two tokens mixed: refused', async () => {
  const other = signJwt(
    headerWith({ alg: 'ES256', kid: 'ES256' }),
    claimsWith({ sub: 'admin' }),
    keys[0] as (typeof keys)[number],
  ).split('.');
  for (const token of tokens) {
    const parts = token.split('.');
    for (const mask of [1, 2, 3, 4, 5, 6]) {
      const mixed = parts
        .map((part, index) => ((mask >> index) & 1 ? other[index] : part))
        .join('.');
      if (mixed !== token && mixed !== other.join('.') && !isRespelt(mixed))
        await expectRefused(mixed);
    }
  }
  // Header and signature of a token with the same header belong to its own payload: the header
  // alone may be shared.
  function isRespelt(mixed: string): boolean {
    return [...tokens, other.join('.')].includes(mixed);
  }
});
