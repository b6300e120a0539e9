import * as fc from 'fast-check';
import { Revocations } from '../../../lib/revocation/revocations.js';
import {
  emptyRecord,
  isRevoked,
  isSuspended,
  merge,
  type RevocationRecord,
} from '../../../lib/core/revocation/revocation-record.js';
import { AuthgearUser } from '../../../lib/core/user.js';
import { TestClock } from '../../../lib/testing/test-clock.js';
import { MemoryLogger } from '../../support/app.js';
import { propertyRuns } from '../../support/property-runs.js';
import { ScriptedStore } from '../../support/scripted-store.js';
import { ISSUER, NOW, trustedIssuer } from '../../support/tokens.js';

const at = fc.integer({ min: NOW - 2, max: NOW });
const record: fc.Arbitrary<RevocationRecord> = fc.oneof(
  fc.record({ notBefore: at, suspension: fc.constant(undefined) }),
  fc.record({
    notBefore: fc.option(at, { nil: undefined }),
    suspension: fc.record({
      at,
      seq: fc.nat({ max: 2 }),
      period: fc.option(fc.record({ from: at, until: fc.constant(undefined) }), {
        nil: undefined,
      }),
    }),
  }),
);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ replica: fc.nat({ max: 1 }), record }) },
  { weight: 1, arbitrary: fc.record({ replica: fc.nat({ max: 1 }), sync: fc.constant(true) }) },
);

const name = 'two replicas that write at once come to the same, in any order in the store';
test.each<[string, fc.Parameters<[unknown[], fc.Scheduler]>]>([
  ['at random', { numRuns: propertyRuns(200) }],
  ['several events at one replica', { seed: -851588741, path: '40', endOnFailure: true }],
])(
  `${name}: %s`,
  async (_, options) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 6 }),
        fc.scheduler(),
        async (steps, scheduler) => {
          const clock = new TestClock(NOW * 1000);
          const store = new ScriptedStore();
          store.when = (label) => scheduler.schedule(Promise.resolve(), label);
          const make = () =>
            new Revocations({
              issuers: [
                {
                  issuer: trustedIssuer(),
                  metadataUrl: undefined,
                  jwksUri: undefined,
                  jwks: undefined,
                  allowInsecure: false,
                },
              ],
              revocation: { store: store.connect(), onStoreFailure: 'closed', keepFor: 3_600_000 },
              clock: clock.now,
              logger: new MemoryLogger(),
            });
          const replicas = [make(), make()] as const;
          const works = steps.map((one) => {
            const replica = replicas[one.replica === 0 ? 0 : 1];
            return 'record' in one ? replica.apply(ISSUER, 'user-1', one.record) : replica.sync();
          });
          await scheduler.waitFor(Promise.all(works));
          store.when = () => Promise.resolve();
          for (let round = 0; round < 4; round += 1)
            for (const replica of replicas) await replica.sync();
          clock.advance('1s');

          const records = steps.flatMap((one) => ('record' in one ? one.record : []));
          const expected = records.reduce(merge, emptyRecord);
          const user = new AuthgearUser({ sub: 'user-1', issuer: ISSUER, via: 'jwt' });
          // One that knows nothing, too: everything is in the store.
          for (const replica of [...replicas, make()]) {
            for (const issuedAt of [NOW - 3, NOW - 2, NOW - 1, NOW, NOW + 1]) {
              const refused = await Promise.resolve(replica.check(user, issuedAt)).then(
                () => undefined,
                ({ code }: { code: string }) => code,
              );
              const isRefused =
                isRevoked(expected, issuedAt) || isSuspended(expected, clock.now() / 1000);
              expect(refused).toBe(isRefused ? 'token_revoked' : undefined);
            }
          }
        },
      ),
      options,
    );
  },
  30_000,
);
