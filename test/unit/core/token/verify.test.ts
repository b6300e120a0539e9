import { readKeySet } from '../../../../lib/core/keys/key-set.js';
import { TokenCache } from '../../../../lib/core/token/cache.js';
import { createVerifier } from '../../../../lib/core/token/verify.js';
import { createSigningKey, signJwt } from '../../../../lib/testing/signing-key.js';
import { TestClock } from '../../../../lib/testing/test-clock.js';
import { AuthgearUser } from '../../../../lib/core/user.js';
import { rejectionOf } from '../../../support/refusals.js';
import {
  claimsWith,
  compose,
  headerWith,
  ISSUER,
  NOW,
  trustedIssuer,
} from '../../../support/tokens.js';
import { countingVerifier, type CountingVerifier } from '../../../support/verifier.js';

const OTHER = 'https://other-app.authgear.cloud';
const key = createSigningKey('ES256', { kid: 'key-1' });
const otherKey = createSigningKey('ES256', { kid: 'key-1' });
const clock = new TestClock(NOW * 1000);
const issuers = [
  trustedIssuer({ algorithms: ['ES256'] }),
  trustedIssuer({
    issuer: OTHER,
    audience: ['https://other-api.example'],
    algorithms: ['ES256', 'RS256'],
    typ: ['jwt'],
  }),
];

let t: CountingVerifier;
beforeEach(async () => {
  clock.set(NOW * 1000);
  t = await countingVerifier(
    issuers,
    { [ISSUER]: { keys: [key.jwk] }, [OTHER]: { keys: [otherKey.jwk] } },
    clock.now,
  );
});

const header = (changes: Record<string, unknown> = {}) => headerWith({ alg: 'ES256', ...changes });
const sign = (claims: Record<string, unknown> = {}, head: Record<string, unknown> = {}, by = key) =>
  signJwt(header(head), claimsWith(claims), by);

describe('a good token', () => {
  test('becomes the user it speaks for', async () => {
    const user = await t.verify(sign());
    expect(user).toBeInstanceOf(AuthgearUser);
    expect(user).toMatchObject({
      sub: 'e3079029-f123-4c56-80c1-c2cd63a5b6af',
      issuer: ISSUER,
      clientId: '497d841ea22f33d3',
      audience: [ISSUER],
      scopes: ['openid', 'offline_access', 'https://authgear.com/scopes/full-access'],
      roles: ['store_manager'],
      isAnonymous: false,
      isVerified: true,
      canReauthenticate: true,
      isMachine: false,
      authTime: NOW - 70,
      amr: ['pwd', 'x_primary_password'],
      expiresAt: NOW + 1740,
      claims: claimsWith(),
    });
  });

  test('serializes to plain JSON', async () => {
    const user = await t.verify(sign());
    expect(JSON.parse(JSON.stringify(user))).toMatchObject({ sub: user.sub, claims: claimsWith() });
  });

  test('is frozen, and so are its claims at every depth', async () => {
    const user = await t.verify(sign({ custom_attributes: { a: [{ b: 1 }] } }));
    const { custom_attributes: custom } = user.claims as { custom_attributes: { a: object[] } };
    for (const place of [user, user.claims, custom, custom.a, custom.a[0], user.claims['aud']])
      expect(Object.isFrozen(place)).toBe(true);
  });

  test.each(['audience', 'scopes', 'roles', 'amr'] as const)(
    'its %s are frozen, with the claim and without',
    async (field) => {
      const claim = {
        audience: 'nbf',
        scopes: 'scope',
        roles: 'https://authgear.com/claims/user/roles',
        amr: 'amr',
      }[field];
      expect(Object.isFrozen((await t.verify(sign()))[field])).toBe(true);
      expect(Object.isFrozen((await t.verify(sign({ [claim]: undefined })))[field])).toBe(true);
    },
  );

  test.each([
    [undefined, []],
    ['', []],
    ['a', ['a']],
    ['a b', ['a', 'b']],
    [' a  b ', ['a', 'b']],
  ])('scope %j gives %j', async (scope, scopes) => {
    expect((await t.verify(sign({ scope }))).scopes).toEqual(scopes);
  });

  test('the audience is always a list', async () => {
    expect((await t.verify(sign({ aud: ISSUER }))).audience).toEqual([ISSUER]);
  });

  test('what the token does not tell is undefined or empty', async () => {
    const user = await t.verify(
      sign({
        auth_time: undefined,
        amr: undefined,
        'https://authgear.com/claims/user/roles': undefined,
        'https://authgear.com/claims/user/is_anonymous': undefined,
        'https://authgear.com/claims/user/is_verified': undefined,
        'https://authgear.com/claims/user/can_reauthenticate': undefined,
      }),
    );
    expect(user).toMatchObject({ amr: [], roles: [] });
    for (const field of ['authTime', 'isAnonymous', 'isVerified', 'canReauthenticate'] as const)
      expect(user[field]).toBeUndefined();
  });

  test('a machine is one whose sub is "client_id_" and its client_id', async () => {
    expect((await t.verify(sign({ sub: 'client_id_m1', client_id: 'm1' }))).isMachine).toBe(true);
    expect((await t.verify(sign({ sub: 'client_id_m2', client_id: 'm1' }))).isMachine).toBe(false);
    expect((await t.verify(sign({ sub: 'm1', client_id: 'm1' }))).isMachine).toBe(false);
  });

  test('causes one look-up, for its kid and alg at its issuer', async () => {
    await t.verify(sign());
    expect(t.lookUps).toEqual([{ issuer: ISSUER, query: { kid: 'key-1', alg: 'ES256' } }]);
  });

  test('needs no kid when one key fits', async () => {
    expect((await t.verify(sign({}, { kid: undefined }))).sub).toBe(claimsWith()['sub']);
  });

  test('a key in its own header changes nothing', async () => {
    expect(
      (await t.verify(sign({}, { jwk: otherKey.jwk, jku: 'https://attacker.example' }))).issuer,
    ).toBe(ISSUER);
  });
});

describe('a token that is going to be refused never causes a look-up', () => {
  const expired = NOW - 100;
  const cases: [string, () => string, string][] = [
    ['garbage', () => 'garbage', 'token_malformed'],
    ['too large', () => sign({ padding: 'x'.repeat(20_000) }), 'token_too_large'],
    ['wrong alg', () => compose(header({ alg: 'RS256' })), 'algorithm_not_allowed'],
    ['alg none', () => compose(header({ alg: 'none' })), 'algorithm_not_allowed'],
    ['wrong typ', () => sign({}, { typ: 'JWT' }), 'typ_not_allowed'],
    ['crit', () => sign({}, { crit: ['exp'] }), 'crit_not_supported'],
    ['bad kid', () => sign({}, { kid: '' }), 'kid_invalid'],
    ['kid null', () => sign({}, { kid: null }), 'kid_invalid'],
    ['wrong issuer', () => sign({ iss: 'https://attacker.example' }), 'issuer_mismatch'],
    ['issuer in another case', () => sign({ iss: ISSUER.toUpperCase() }), 'issuer_mismatch'],
    ['issuer with a slash', () => sign({ iss: `${ISSUER}/` }), 'issuer_trailing_slash'],
    ['issuer in a list', () => sign({ iss: [ISSUER] }), 'claim_invalid'],
    ['issuer empty', () => sign({ iss: '' }), 'claim_invalid'],
    ['issuer null', () => sign({ iss: null }), 'claim_invalid'],
    ['no issuer', () => sign({ iss: undefined }), 'claim_missing'],
    ['wrong audience', () => sign({ aud: 'https://other-api.example' }), 'audience_mismatch'],
    ['expired', () => sign({ exp: expired }), 'token_expired'],
    ['not yet valid', () => sign({ nbf: NOW + 100 }), 'token_not_yet_valid'],
    ['from the future', () => sign({ iat: NOW + 100 }), 'token_issued_in_future'],
    ['no subject', () => sign({ sub: undefined }), 'claim_missing'],
    ['bound to a key', () => sign({ cnf: { jkt: 'a' } }), 'token_sender_constrained'],
    [
      'roles of a wrong type',
      () => sign({ 'https://authgear.com/claims/user/roles': 'admin' }),
      'claim_invalid',
    ],
    // The order: size, structure, header, issuer, audience, times, the rest.
    [
      'wrong alg and wrong issuer',
      () => compose(header({ alg: 'HS256' }), claimsWith({ iss: 'https://a.example' })),
      'algorithm_not_allowed',
    ],
    [
      'expired and wrong issuer',
      () => sign({ iss: 'https://attacker.example', exp: expired }),
      'token_expired',
    ],
    [
      'expired and wrong audience',
      () => sign({ aud: 'https://other-api.example', exp: expired }),
      'token_expired',
    ],
  ];
  test.each(cases)('%s', async (_, make, code) => {
    expect((await rejectionOf(t.verify(make()))).code).toBe(code);
    expect(t.lookUps).toEqual([]);
  });

  test('an expired token while no key is there is expired, not undecided', async () => {
    const { verify } = await countingVerifier(issuers, {}, clock.now);
    expect((await rejectionOf(verify(sign({ exp: expired })))).code).toBe('token_expired');
  });
});

describe('the signature', () => {
  test.each([
    ['of another key under the same kid', () => sign({}, {}, otherKey)],
    [
      'of another token',
      () => sign({ sub: 'a' }).replace(/[^.]+$/, sign({ sub: 'b' }).split('.')[2] as string),
    ],
    [
      'under another payload',
      () =>
        [sign().split('.')[0], sign({ sub: 'admin' }).split('.')[1], sign().split('.')[2]].join(
          '.',
        ),
    ],
    ['of no bytes that make sense', () => compose(header())],
  ])('%s does not hold', async (_, make) => {
    expect((await rejectionOf(t.verify(make()))).code).toBe('signature_invalid');
  });

  test('the client sees the same as for an unknown key, a wrong issuer or audience', async () => {
    const tokens = [
      sign({}, {}, otherKey),
      sign({}, { kid: 'key-2' }),
      sign({ iss: 'https://a.example' }),
      sign({ iss: `${ISSUER}/` }),
      sign({ aud: 'x' }),
      sign({ aud: `${ISSUER}/` }),
    ];
    const errors = await Promise.all(tokens.map((token) => rejectionOf(t.verify(token))));
    expect(new Set(errors.map(({ publicCode }) => publicCode))).toEqual(new Set(['token_invalid']));
    expect(new Set(errors.map(({ publicMessage }) => publicMessage)).size).toBe(1);
    expect(new Set(errors.map(({ code }) => code)).size).toBe(6);
  });
});

describe('several issuers', () => {
  test('each has its own rules and keys', async () => {
    const token = sign({ iss: OTHER, aud: 'https://other-api.example' }, { typ: 'JWT' }, otherKey);
    expect((await t.verify(token)).issuer).toBe(OTHER);
    expect(t.lookUps.map(({ issuer }) => issuer)).toEqual([OTHER]);
  });

  test('the key of one does not verify for the other', async () => {
    const token = sign({ iss: OTHER, aud: 'https://other-api.example' }, { typ: 'JWT' }, key);
    expect((await rejectionOf(t.verify(token))).code).toBe('signature_invalid');
  });

  test('the audience of one is not the audience of the other', async () => {
    expect((await rejectionOf(t.verify(sign({ aud: 'https://other-api.example' })))).code).toBe(
      'audience_mismatch',
    );
  });

  test('no issuer at all refuses everything', async () => {
    const { verify } = await countingVerifier([], {}, clock.now);
    expect((await rejectionOf(verify(sign()))).kind).toBe('invalid_token');
  });
});

describe('time is read for every token', () => {
  test('the same token is good, and then expired', async () => {
    const token = sign();
    await t.verify(token);
    clock.advance(1740 + 4.999);
    await t.verify(token);
    clock.advance(0.001);
    expect((await rejectionOf(t.verify(token))).code).toBe('token_expired');
  });
});

describe('nothing of a token is told', () => {
  test.each([
    ['a bad signature', () => sign({ email: 'alice@example.com' }, {}, otherKey)],
    ['an expired one', () => sign({ email: 'alice@example.com', exp: NOW - 1000 })],
    ['a wrong type', () => sign({ scope: ['alice@example.com'] })],
  ])('%s', async (_, make) => {
    const token = make();
    const { message, reason, fix, publicMessage, facts, details } = await rejectionOf(
      t.verify(token),
    );
    const told = JSON.stringify({ message, reason, fix, publicMessage, facts, details });
    for (const secret of [...token.split('.'), 'alice', 'e3079029'])
      expect(told).not.toContain(secret);
  });
});

describe('nothing is waited for that is there', () => {
  const [trusted] = issuers as [(typeof issuers)[number]];

  async function atOnce() {
    const { keys } = await readKeySet({ keys: [key.jwk] }, ['ES256']);
    const find = () => keys[0] as (typeof keys)[number];
    await new Promise(setImmediate);
    return createVerifier(
      {
        find: (iss) =>
          iss === ISSUER ? { issuer: trusted, keys: { find, peek: find } } : undefined,
        named: [trusted],
      },
      clock.now,
      new TokenCache(10, clock.now),
    );
  }

  test('a cached token gives its user, and no promise', async () => {
    const verify = await atOnce();
    const token = sign();
    await verify(token);
    expect(verify(token)).toMatchObject({ user: { issuer: ISSUER }, issuer: trusted });
  });

  test('a refusal is a promise that rejects, and never a throw', async () => {
    const verify = await atOnce();
    for (const token of [
      'garbage',
      sign({ exp: NOW - 100 }),
      sign({}, {}, otherKey),
      undefined as unknown as string,
    ]) {
      const outcome = verify(token);
      expect(outcome).toBeInstanceOf(Promise);
      expect((await rejectionOf(outcome as Promise<unknown>)).kind).toBe('invalid_token');
    }
  });
});
