import { inspect } from 'node:util';
import { AuthError } from '../../../../lib/core/errors.js';
import type { TrustedIssuer } from '../../../../lib/core/issuer/issuer.js';
import { readKeySet, selectKey, type PublicKey } from '../../../../lib/core/keys/key-set.js';
import { TokenCache, type VerifiedToken } from '../../../../lib/core/token/cache.js';
import { createVerifier } from '../../../../lib/core/token/verify.js';
import { createSigningKey, signJwt, type SigningKey } from '../../../../lib/testing/signing-key.js';
import { TestClock } from '../../../../lib/testing/test-clock.js';
import { rejectionOf } from '../../../support/refusals.js';
import { claimsWith, headerWith, ISSUER, NOW, trustedIssuer } from '../../../support/tokens.js';

const keyA = createSigningKey('ES256', { kid: 'a' });
const keyB = createSigningKey('ES256', { kid: 'b' });
const otherA = createSigningKey('ES256', { kid: 'a' });
const sign = (claims: Record<string, unknown> = {}, by: SigningKey = keyA) =>
  signJwt(headerWith({ alg: 'ES256', kid: by.kid }), claimsWith(claims), by);
const published = async (...keys: SigningKey[]) =>
  (await readKeySet({ keys: keys.map(({ jwk }) => jwk) }, ['ES256'])).keys;

const clock = new TestClock();

describe('a verifier with a cache', () => {
  let keys: readonly PublicKey[];
  let issuer: TrustedIssuer | undefined;
  let verify: (token: string) => Promise<VerifiedToken>;

  beforeEach(async () => {
    clock.set(NOW * 1000);
    keys = await published(keyA);
    issuer = trustedIssuer({ algorithms: ['ES256'] });
    verify = verifierWith(new TokenCache(100, clock.now));
  });

  function verifierWith(cache: TokenCache): typeof verify {
    const find = (query: Parameters<typeof selectKey>[1]) => {
      const selection = selectKey({ keys, skipped: [] }, query);
      if (typeof selection === 'string') throw new AuthError('key_unknown', 'no such key');
      return selection.key;
    };
    const verifyMaybe = createVerifier(
      {
        find: (iss) =>
          issuer === undefined || iss !== issuer.issuer
            ? undefined
            : { issuer, keys: { find, peek: () => undefined } },
        named: [],
      },
      clock.now,
      cache,
    );
    return async (token) => verifyMaybe(token);
  }

  const codeFor = async (token: string) => (await rejectionOf(verify(token))).code;

  test('a token that comes again is the same user', async () => {
    const token = sign();
    const { user } = await verify(token);
    expect((await verify(token)).user).toBe(user);
    expect((await verify(sign({ jti: 'another' }))).user).not.toBe(user);
  });

  test('many at once are one user', async () => {
    const token = sign();
    const users = await Promise.all(
      Array.from({ length: 50 }, async () => (await verify(token)).user),
    );
    expect(new Set(users).size).toBe(1);
  });

  test('it expires, to the millisecond, and is back when the clock is set back', async () => {
    const token = sign();
    const { user } = await verify(token);
    clock.advance(1740 + 4.999);
    expect((await verify(token)).user).toBe(user);
    clock.advance(0.001);
    expect(await codeFor(token)).toBe('token_expired');
    clock.advance(-1);
    expect((await verify(token)).user.sub).toBe(user.sub);
  });

  test('it is not valid before "nbf" and "iat" when the clock is set back', async () => {
    const token = sign({ nbf: NOW - 30 });
    await verify(token);
    clock.advance(-36);
    expect(await codeFor(token)).toBe('token_not_yet_valid');
    clock.advance(-30);
    expect(await codeFor(sign())).toBe('token_issued_in_future');
  });

  test('a key that is gone takes its tokens along', async () => {
    const token = sign();
    await verify(token);
    keys = await published(keyB);
    expect(await codeFor(token)).toBe('key_unknown');
  });

  test('the same key, fetched anew, keeps them', async () => {
    const token = sign();
    const { user } = await verify(token);
    keys = await published(keyA, keyB);
    expect((await verify(token)).user).toBe(user);
  });

  test('another key under the same id does not', async () => {
    const token = sign();
    await verify(token);
    keys = await published(otherA);
    expect(await codeFor(token)).toBe('signature_invalid');
    expect(await codeFor(token)).toBe('signature_invalid');
  });

  test.each([
    ['audience', { audience: ['https://other-api.example'] }, 'audience_mismatch'],
    ['client', { clientId: ['another'] }, 'client_not_allowed'],
    ['algorithm', { algorithms: ['RS256'] }, 'algorithm_not_allowed'],
    ['required claim', { requiredClaims: ['tenant'] }, 'claim_missing'],
  ] as const)('another %s of the issuer is asked for', async (_, changes, code) => {
    const token = sign();
    await verify(token);
    issuer = trustedIssuer({ algorithms: ['ES256'], ...changes });
    expect(await codeFor(token)).toBe(code);
  });

  test('audience and client are asked for even if the rules were changed in place', async () => {
    const rules = {
      algorithms: ['ES256' as const],
      audience: [ISSUER],
      clientId: ['497d841ea22f33d3'],
    };
    issuer = trustedIssuer(rules);
    const token = sign();
    await verify(token);
    rules.clientId.pop();
    expect(await codeFor(token)).toBe('client_not_allowed');
    rules.audience.pop();
    expect(await codeFor(token)).toBe('audience_mismatch');
  });

  test('an issuer that is trusted no more is not', async () => {
    const token = sign();
    await verify(token);
    issuer = undefined;
    expect(await codeFor(token)).toBe('issuer_mismatch');
  });

  test('other rules make another user', async () => {
    const token = sign();
    const { user } = await verify(token);
    issuer = trustedIssuer({ algorithms: ['ES256'] });
    const again = await verify(token);
    expect(again.issuer).toBe(issuer);
    expect(again.user).not.toBe(user);
    expect(again.user).toEqual(user);
  });

  test('a refusal is not kept', async () => {
    const token = sign({}, otherA);
    expect(await codeFor(token)).toBe('signature_invalid');
    keys = await published(otherA);
    expect((await verify(token)).user.issuer).toBe(ISSUER);
  });

  test('what is no token is refused as ever', async () => {
    for (const token of ['', 'garbage', 'x'.repeat(20_000), undefined as unknown as string]) {
      expect(await codeFor(token)).toMatch(/^token_(?:malformed|too_large)$/);
    }
  });

  test('at most so many are kept; the one that was not seen for longest goes first', async () => {
    verify = verifierWith(new TokenCache(2, clock.now));
    const [one, two, three] = [sign({ jti: '1' }), sign({ jti: '2' }), sign({ jti: '3' })] as const;
    const { user: first } = await verify(one);
    const { user: second } = await verify(two);
    await verify(one);
    await verify(three);
    expect((await verify(one)).user).toBe(first);
    expect((await verify(two)).user).not.toBe(second);
  });

  test.each([
    ['that has expired', async (): Promise<void> => clock.advance(2_000), 'token_expired'],
    [
      'whose key is gone',
      async (): Promise<void> => void (keys = await published(keyB)),
      'key_unknown',
    ],
    [
      'whose issuer is trusted no more',
      async (): Promise<void> => void (issuer = undefined),
      'issuer_mismatch',
    ],
  ] as const)('a token %s is dropped when it is refused', async (_, change, code) => {
    const cache = new TokenCache(10, clock.now);
    verify = verifierWith(cache);
    const token = sign();
    const id = cache.idOf(token) as string;
    await verify(token);
    expect(cache.get(id)).toBeDefined();
    await change();
    expect(await codeFor(token)).toBe(code);
    expect(cache.get(id)).toBeUndefined();
  });

  test('an expired token goes with the first new one a minute later; others stay', async () => {
    const cache = new TokenCache(10, clock.now);
    verify = verifierWith(cache);
    const [short, long] = [sign({ exp: NOW + 100 }), sign({ exp: NOW + 4_000 })];
    await verify(short);
    await verify(long);
    const isKept = (token: string) => cache.get(cache.idOf(token) as string) !== undefined;
    clock.advance(104.999);
    await verify(sign({ jti: 'new', exp: NOW + 4_000 }));
    expect([isKept(short), isKept(long)]).toEqual([true, true]);
    clock.advance(59);
    await verify(sign({ jti: 'too soon', exp: NOW + 4_000 }));
    expect(isKept(short)).toBe(true);
    clock.advance(1);
    await verify(sign({ jti: 'newer', exp: NOW + 4_000 }));
    expect([isKept(short), isKept(long)]).toEqual([false, true]);
  });

  test.each([0, 1, 2, 3])('all but the %ith of four expired ones go', async (stays) => {
    const cache = new TokenCache(10, clock.now);
    verify = verifierWith(cache);
    const tokens = [0, 1, 2, 3].map((index) =>
      sign({ jti: String(index), exp: NOW + (index === stays ? 4_000 : 100) }),
    );
    for (const token of tokens) await verify(token);
    clock.advance(200);
    await verify(sign({ jti: 'new', exp: NOW + 4_000 }));
    expect(tokens.map((token) => cache.get(cache.idOf(token) as string) !== undefined)).toEqual(
      [0, 1, 2, 3].map((index) => index === stays),
    );
  });

  test('no token is kept, nor its signature', async () => {
    const cache = new TokenCache(10, clock.now);
    verify = verifierWith(cache);
    const token = sign();
    await verify(token);
    const id = cache.idOf(token) as string;
    const kept = inspect([id, cache.get(id)], {
      depth: Infinity,
      showHidden: true,
      maxStringLength: Infinity,
      maxArrayLength: Infinity,
    });
    expect(kept).toContain(claimsWith()['jti']);
    for (const part of token.split('.')) expect(kept).not.toContain(part);
  });

  describe('the signature', () => {
    /** Counts how often a key is asked for, and holds the answers back until `release()`. */
    function heldBack() {
      let checks = 0;
      let release!: () => void;
      const held = new Promise<void>((resolve) => (release = resolve));
      const find = async (query: Parameters<typeof selectKey>[1]): Promise<PublicKey> => {
        checks += 1;
        const selection = selectKey({ keys, skipped: [] }, query);
        await held;
        if (typeof selection === 'string') throw new AuthError('key_unknown', 'no such key');
        return selection.key;
      };
      const current = trustedIssuer({ algorithms: ['ES256'] });
      const verifyHeld = createVerifier(
        { find: () => ({ issuer: current, keys: { find, peek: () => undefined } }), named: [] },
        clock.now,
        new TokenCache(10, clock.now),
      );
      return { verify: verifyHeld, release: () => release(), count: () => checks };
    }

    test('is verified once for many at once, and they all get the same user', async () => {
      const { verify: verifyHeld, release, count } = heldBack();
      const token = sign();
      const work = Array.from({ length: 9 }, async () => verifyHeld(token));
      await new Promise(setImmediate);
      expect(count()).toBe(1);
      release();
      const users = new Set((await Promise.all(work)).map(({ user }) => user));
      expect(users.size).toBe(1);
    });

    test('an invalid one refuses all waiting requests, and is checked again later', async () => {
      const { verify: verifyHeld, release, count } = heldBack();
      const token = sign({}, otherA);
      const ask = () => rejectionOf(Promise.resolve(verifyHeld(token)));
      const work = [ask(), ask(), ask()];
      release();
      const codes = (await Promise.all(work)).map(({ code }) => code);
      expect(codes).toEqual(Array.from({ length: 3 }, () => 'signature_invalid'));
      expect(count()).toBe(1);
      await ask();
      expect(count()).toBe(2);
    });

    test('is not verified again under the same key, fetched anew', async () => {
      const token = sign();
      const { user } = await verify(token);
      keys = await published(keyA);
      expect((await verify(token)).user).toBe(user);
      keys = await published(keyA, keyB);
      expect((await verify(token)).user).toBe(user);
      keys = await published(otherA);
      expect(await codeFor(token)).toBe('signature_invalid');
    });

    test('of one who joins is checked against the key of now', async () => {
      const { verify: verifyHeld, release } = heldBack();
      const token = sign();
      const first = Promise.resolve(verifyHeld(token));
      const joined = Promise.resolve(verifyHeld(token));
      keys = await published(otherA);
      release();
      await first;
      expect((await rejectionOf(joined)).code).toBe('signature_invalid');
    });
  });
});
