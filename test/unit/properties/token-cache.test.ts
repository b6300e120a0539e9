import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import type { JwksService } from '../../../lib/keys/jwks.service.js';
import { Revocations } from '../../../lib/revocation/revocations.js';
import { TokenService } from '../../../lib/credentials/bearer/token.service.js';
import { AuthError } from '../../../lib/core/errors.js';
import type { TrustedIssuer } from '../../../lib/core/issuer/issuer.js';
import { readKeySet } from '../../../lib/core/keys/key-set.js';
import { KeyStore } from '../../../lib/core/keys/key-store.js';
import type { RevocationRecord } from '../../../lib/core/revocation/revocation-record.js';
import type { ResolvedOptions } from '../../../lib/options/resolve.js';
import { createSigningKey, signJwt, type SigningKey } from '../../../lib/testing/signing-key.js';
import type { AuthgearUser } from '../../../lib/core/user.js';
import { TestClock } from '../../../lib/testing/test-clock.js';
import { MemoryLogger } from '../../support/app.js';
import { propertyRuns } from '../../support/property-runs.js';
import { defaultPolicy, settle } from '../../support/scripted-source.js';
import { claimsWith, headerWith, ISSUER, NOW, trustedIssuer } from '../../support/tokens.js';

const OTHER = 'https://other-app.authgear.cloud';
const named = (kid: string) => createSigningKey('ES256', { kid });
/** Two keys have the same id. */
const signingKeys = [named('a'), named('b'), named('c'), named('a')] as const;

const sign = (
  claims: Record<string, unknown>,
  key: SigningKey,
  header: Record<string, unknown> = {},
) =>
  signJwt(
    headerWith({ alg: 'ES256', kid: key.kid, ...header }),
    claimsWith({ exp: NOW + 4_000, ...claims }),
    key,
  );

const users = ['first user', 'second user'] as const;

/**
 * Good ones by each key, short and long-lived ones, early ones, one without a key id, ones for
 * others, and ones that are bad in any world.
 */
const tokens = [
  ...signingKeys.map((key, index) => sign({ jti: `by key ${index}`, sub: users[index % 2] }, key)),
  sign({ exp: NOW + 60 }, signingKeys[0]),
  sign({ exp: NOW + 700 }, signingKeys[1]),
  sign({ nbf: NOW + 300, exp: NOW + 2_000 }, signingKeys[0]),
  sign({ iat: NOW + 300 }, signingKeys[1]),
  sign({ sub: 'no key id' }, signingKeys[2], { kid: undefined }),
  sign({ aud: ['https://second-api.example'] }, signingKeys[0]),
  sign({ client_id: 'second' }, signingKeys[0]),
  sign({ iss: OTHER, aud: [OTHER] }, signingKeys[0]),
  sign({}, createSigningKey('ES256', { kid: 'a' })),
  sign({}, named('never published')),
  sign({ aud: 'https://other-api.example' }, signingKeys[0]),
  'garbage',
];

const rules: readonly Partial<TrustedIssuer>[] = [
  {},
  { audience: ['https://second-api.example'] },
  { audience: [ISSUER, 'https://second-api.example'] },
  { clientId: ['second'] },
  { requiredClaims: ['tenant'] },
  { clockTolerance: 120 },
];

/** What the world is like; both verifiers live in it. */
interface World {
  readonly clock: TestClock;
  published: readonly SigningKey[];
  down: boolean;
  /** `undefined`: the issuer is trusted no more. */
  trusted: TrustedIssuer | undefined;
  readonly revocations: Revocations;
  /** Events so far. */
  events: number;
}

function createWorld(): World {
  const clock = new TestClock(NOW * 1000);
  const issuer = trustedIssuer({ webhooks: { path: '/hooks', key: Buffer.alloc(32) } });
  const revocations = new Revocations({
    issuers: [
      { issuer, metadataUrl: undefined, jwksUri: undefined, jwks: undefined, allowInsecure: false },
    ],
    revocation: { store: undefined, onStoreFailure: 'closed', keepFor: 3_600_000 },
    clock: clock.now,
    logger: new MemoryLogger(),
  });
  return {
    clock,
    published: signingKeys.slice(0, 3),
    down: false,
    trusted: trust(0),
    revocations,
    events: 0,
  };
}

interface Side {
  readonly service: TokenService;
  fetches: number;
}

function sideOf(world: World, tokenCache: ResolvedOptions['tokenCache']): Side {
  const store = (issuer: string) =>
    new KeyStore({
      issuer,
      source: async () => {
        side.fetches += 1;
        if (world.down) throw new AuthError('keys_unavailable', 'the issuer is down');
        const keySet = await readKeySet({ keys: world.published.map(({ jwk }) => jwk) }, ['ES256']);
        return { keySet, lifetime: 600_000, etag: undefined };
      },
      policy: defaultPolicy,
      clock: world.clock.now,
      onEvent: () => undefined,
      random: () => 0,
    });
  const stores: Record<string, KeyStore> = { [ISSUER]: store(ISSUER), [OTHER]: store(OTHER) };
  const other = trustedIssuer({ issuer: OTHER, audience: [OTHER], algorithms: ['ES256'] });
  const find = (iss: string) => {
    const issuer = iss === OTHER ? other : iss === ISSUER ? world.trusted : undefined;
    const keys = stores[iss];
    return issuer === undefined || keys === undefined ? undefined : { issuer, keys };
  };
  const options = { clock: world.clock.now, tokenCache } as ResolvedOptions;
  const jwks = { issuers: { find, named: [] } } as unknown as JwksService;
  const side: Side = { service: new TokenService(options, jwks, world.revocations), fetches: 0 };
  return side;
}

type Step =
  | { readonly see: number; readonly times: number }
  | { readonly pass: number }
  | { readonly publish: readonly SigningKey[] }
  | { readonly down: boolean }
  | { readonly rules: number | undefined }
  | { readonly revoke: string; readonly seconds: number | undefined };

/** Good ones come again and again. */
const see = fc.record({
  see: fc.oneof(fc.nat(5), fc.nat(tokens.length - 1)),
  times: fc.integer({ min: 1, max: 3 }),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 20, arbitrary: see },
  {
    weight: 3,
    arbitrary: fc.record({
      pass: fc.constantFrom(0.001, 1, 29, 31, 60, 400, 590, 700, 3_700, -1, -100, -800),
    }),
  },
  { weight: 2, arbitrary: fc.record({ publish: fc.subarray([...signingKeys]) }) },
  { weight: 1, arbitrary: fc.record({ down: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      revoke: fc.constantFrom(...users),
      seconds: fc.constantFrom(undefined, undefined, 0, -90),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ rules: fc.option(fc.nat(rules.length - 1), { nil: undefined }) }),
  },
);

const trust = (index: number) => trustedIssuer({ algorithms: ['ES256'], ...rules[index] });

const seenUsers = new WeakSet<AuthgearUser>();

/** All that can be told of an answer. */
async function answerOf({ service }: Side, token: string): Promise<unknown> {
  try {
    const { user, issuer } = await service.verify(token);
    if (seenUsers.has(user)) counts.hits += 1;
    seenUsers.add(user);
    return { user: JSON.stringify(user), rules: issuer };
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    const { code, reason, facts, details } = error;
    return { code, reason, facts, details };
  }
}

async function take(world: World, action: Step): Promise<void> {
  if ('pass' in action) world.clock.advance(action.pass);
  if ('publish' in action) world.published = action.publish;
  if ('down' in action) world.down = action.down;
  if ('rules' in action)
    world.trusted = action.rules === undefined ? undefined : trust(action.rules);
  if ('revoke' in action)
    await world.revocations.apply(ISSUER, action.revoke, recordOf(world, action.seconds));
}

/** Revoked at that time, or enabled again. */
function recordOf(world: World, seconds: number | undefined): RevocationRecord {
  const at = world.clock.now() / 1000;
  return {
    notBefore: seconds === undefined ? undefined : at + seconds,
    suspension: { at, seq: world.events++, period: undefined },
  };
}

const counts = { accepted: 0, refused: new Set<string>(), hits: 0 };

const sizes = [1, 3, 1_000];
const compared = new Map<number, Promise<void>>();

/** Once per size, whichever test comes first. */
function compare(max: number): Promise<void> {
  const comparison = compared.get(max) ?? compareOften(max);
  compared.set(max, comparison);
  return comparison;
}

const compareOften = (max: number): Promise<void> =>
  fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      const world = createWorld();
      const [cached, plain] = [sideOf(world, { max }), sideOf(world, false)];
      for (const action of steps) {
        if (!('see' in action)) {
          await take(world, action);
          continue;
        }
        const token = tokens[action.see] as string;
        // With the cache, those who come together are one: they fetch as often as one does.
        const [one, ...given] = await Promise.all([
          answerOf(plain, token),
          ...Array.from({ length: action.times }, () => answerOf(cached, token)),
        ]);
        await settle();
        // Those who joined are checked again, by keys that may have been fetched meanwhile.
        const isSame = (answer: unknown, index: number) =>
          index === 0 || isDeepStrictEqual(answer, one);
        const later = given.every(isSame) ? one : await answerOf(plain, token);
        await settle();
        const expected = given.map((answer, index) => (isSame(answer, index) ? one : later));
        expect(given).toEqual(expected);
        expect(cached.fetches).toBe(plain.fetches);
        for (const answer of expected as { code?: string }[]) {
          if (answer.code === undefined) counts.accepted += 1;
          else counts.refused.add(answer.code);
        }
      }
    }),
    { numRuns: propertyRuns(100) },
  );

test.each(sizes)('with a cache for %i tokens and without one the answers are the same', compare);

test('and they were of all kinds', async () => {
  for (const max of sizes) await compare(max);
  expect(counts.accepted).toBeGreaterThan(1_000);
  expect(counts.hits).toBeGreaterThan(200);
  expect([...counts.refused]).toEqual(
    expect.arrayContaining([
      'token_malformed',
      'token_expired',
      'token_not_yet_valid',
      'token_issued_in_future',
      'audience_mismatch',
      'client_not_allowed',
      'claim_missing',
      'issuer_mismatch',
      'signature_invalid',
      'key_unknown',
      'keys_unavailable',
      'token_revoked',
    ]),
  );
});
