import * as fc from 'fast-check';
import type { AuthError } from '../../../lib/core/errors.js';
import type { PublicKey } from '../../../lib/core/keys/key-set.js';
import { propertyRuns } from '../../support/property-runs.js';
import {
  defaultPolicy,
  makeKeys,
  ScriptedSource,
  settle,
  storeFixture,
  type StoreFixture,
} from '../../support/scripted-source.js';

const KIDS = ['a', 'b', 'c', 'd'] as const;
let keys: Map<string, PublicKey>;
beforeAll(async () => {
  keys = new Map((await makeKeys(...KIDS)).map((key) => [key.kid as string, key]));
});

/**
 * What the world knows, independently of the store: what was published when, and how every attempt
 * ended.
 */
interface World {
  /** Of the last successful fetch. */
  set:
    | { readonly kids: ReadonlySet<string>; readonly at: number; readonly expiresAt: number }
    | undefined;
  lastFailed: boolean;
  failures: number;
  lastEnd: number;
  /**
   * Whether the attempt under way is a look: no refresh was due, so only an unknown key can have
   * caused it.
   */
  looking: boolean;
  /** When the last look ended. */
  lookedAt: number | undefined;
  /**
   * Attempts that broke a budget. An assertion inside the source would look like an outage to the
   * store.
   */
  readonly violations: string[];
  readonly unsettled: { readonly kid: string; readonly work: Promise<Outcome> }[];
}
type Outcome = { readonly kid: string | undefined } | { readonly error: AuthError };
type Real = StoreFixture;

const initial = (): World => ({
  set: undefined,
  lastFailed: false,
  failures: 0,
  lastEnd: -Infinity,
  looking: false,
  lookedAt: undefined,
  violations: [],
  unsettled: [],
});

/**
 * The earliest moment at which a refresh may be due: 30 s and 5 % of the lifetime before its end.
 */
const refreshDue = ({ at, expiresAt }: NonNullable<World['set']>) =>
  expiresAt - defaultPolicy.refreshAhead - 0.05 * (expiresAt - at);

/**
 * Watches the source: every attempt is held against the budgets when it starts, and remembered when
 * it ends.
 */
function watch(source: ScriptedSource, world: World): ScriptedSource['ask'] {
  return async (etag) => {
    const started = source.now();
    if (source.underWay > 0) world.violations.push('two attempts at once');
    // Back-off: 1 s, 2 s, 4 s … 30 s, or 5 s where no key can be used; jitter may take a part of
    // it, and never half.
    const isServed = world.set !== undefined && started < world.set.expiresAt + 3_600_000;
    const longest = isServed ? 30_000 : 5_000;
    if (
      world.failures > 0 &&
      started - world.lastEnd < Math.min(1_000 * 2 ** (world.failures - 1), longest) / 2
    ) {
      world.violations.push(
        `an attempt ${started - world.lastEnd} ms after failure ${world.failures}`,
      );
    }
    if (world.set !== undefined && started < refreshDue(world.set)) {
      const since = started - (world.lookedAt ?? -Infinity);
      if (since < defaultPolicy.cooldown)
        world.violations.push(`a look ${since} ms after the last`);
      world.looking = true;
    }
    try {
      const fetched = await source.ask(etag);
      const at = source.now();
      const kids =
        fetched.keySet === undefined
          ? (world.set?.kids ?? new Set())
          : new Set(fetched.keySet.keys.map(({ kid }) => kid as string));
      Object.assign(world, {
        set: { kids, at, expiresAt: at + fetched.lifetime },
        lastFailed: false,
        failures: 0,
        lastEnd: at,
      });
      return fetched;
    } catch (error) {
      Object.assign(world, {
        lastFailed: true,
        failures: world.failures + 1,
        lastEnd: source.now(),
      });
      throw error;
    } finally {
      // The cooldown runs from the end of a look.
      if (world.looking) Object.assign(world, { looking: false, lookedAt: source.now() });
    }
  };
}

class Find implements fc.AsyncCommand<World, Real> {
  constructor(private readonly kid: string) {}
  check = () => true;

  async run(world: World, { find, source, clock }: Real): Promise<void> {
    const { kid } = this;
    const now = clock.now();
    const before = world.set;
    let outcome: Outcome | undefined;
    const work = find(kid).then(
      (found): Outcome => (outcome = { kid: found }),
      (error: unknown): Outcome => (outcome = { error: error as AuthError }),
    );
    await settle();
    expect(world.violations).toEqual([]);
    if (before?.kids.has(kid) === true && now < before.expiresAt) {
      // A usable key is there: nobody waits, and nobody is refused.
      expect(outcome).toEqual({ kid });
      return;
    }
    if (outcome === undefined) {
      expect(source.hanging).toBe(true);
      world.unsettled.push({ kid, work });
      return;
    }
    judge(kid, outcome, [before, world.set], world, now);
  }

  toString = () => `find(${this.kid})`;
}

/**
 * Whether what came out agrees with what was published. `sets`: the last successful fetch before
 * and after.
 */
function judge(
  kid: string,
  outcome: Outcome,
  sets: readonly World['set'][],
  world: World,
  now: number,
): void {
  if ('kid' in outcome) {
    expect(outcome.kid).toBe(kid);
    const usable = sets.filter(
      (set) =>
        set !== undefined && set.kids.has(kid) && now < set.expiresAt + defaultPolicy.staleFor,
    );
    expect(usable.length).toBeGreaterThan(0);
    const latest = sets.at(-1);
    // Past its lifetime it is served on the word of a failure only.
    if (latest !== undefined && now >= latest.expiresAt) expect(world.lastFailed).toBe(true);
    return;
  }
  const { code, details } = outcome.error;
  expect(code).toMatch(/^(?:key_unknown|keys_unavailable)$/);
  if (code === 'key_unknown') {
    // The issuer was asked, and has no such key.
    expect(world.lastFailed).toBe(false);
    expect(world.set?.kids.has(kid)).toBe(false);
  } else {
    // Nobody can tell: the last attempt failed.
    expect(world.lastFailed).toBe(true);
    expect(Number.isInteger(details.retryAfter)).toBe(true);
    expect(details.retryAfter).toBeGreaterThanOrEqual(1);
  }
}

class Publish implements fc.AsyncCommand<World, Real> {
  constructor(private readonly kids: readonly string[]) {}
  check = () => true;
  run = async (_: World, { source }: Real): Promise<void> => {
    source.published = this.kids.map((kid) => keys.get(kid) as PublicKey);
  };
  toString = () => `publish(${this.kids.join(' ')})`;
}

class Down implements fc.AsyncCommand<World, Real> {
  constructor(private readonly down: boolean) {}
  check = () => true;
  run = async (_: World, { source }: Real): Promise<void> => {
    source.down = this.down;
  };
  toString = () => (this.down ? 'down' : 'up');
}

class Hang implements fc.AsyncCommand<World, Real> {
  check = () => true;
  run = async (_: World, { source }: Real): Promise<void> => {
    source.hanging = true;
  };
  toString = () => 'hang';
}

class Release implements fc.AsyncCommand<World, Real> {
  check = () => true;
  run = (world: World, real: Real): Promise<void> => release(world, real);
  toString = () => 'release';
}

/** Ends what hangs: everybody who waited has an answer then. */
async function release(world: World, { source, clock }: Real): Promise<void> {
  const before = world.set;
  source.release();
  await settle();
  expect(world.violations).toEqual([]);
  for (const { kid, work } of world.unsettled.splice(0))
    judge(kid, await work, [before, world.set], world, clock.now());
}

class Advance implements fc.AsyncCommand<World, Real> {
  constructor(private readonly milliseconds: number) {}
  check = () => true;
  run = async (_: World, { clock }: Real): Promise<void> =>
    clock.set(clock.now() + this.milliseconds);
  toString = () => `advance(${this.milliseconds} ms)`;
}

const kid = fc.constantFrom(...KIDS, 'garbage-1', 'garbage-2');
const seconds = fc.oneof(
  fc.integer({ min: 0, max: 3_000 }),
  fc.integer({ min: 1_000, max: 40_000 }),
  fc.constantFrom(29_999, 30_000, 569_999, 570_000, 599_999, 600_000, 3_600_000),
  fc.integer({ min: 60_000, max: 5_000_000 }),
);
const commands = [
  kid.map((name) => new Find(name)),
  kid.map((name) => new Find(name)),
  seconds.map((span) => new Advance(span)),
  fc.subarray([...KIDS]).map((kids) => new Publish(kids)),
  fc.boolean().map((down) => new Down(down)),
  fc.constant(new Hang()),
  fc.constant(new Release()),
];

test('any order of requests, rotations, outages and time keeps every promise', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.commands(commands, { size: 'large', maxCommands: 80 }),
      fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
      async (plan, jitter) => {
        let end: (() => Promise<void>) | undefined;
        await fc.asyncModelRun(() => {
          const model = initial();
          const real = storeFixture(
            defaultPolicy,
            () => jitter.next().value as number,
            (source) => watch(source, model),
          );
          real.source.published = [keys.get('a') as PublicKey];
          end = () => release(model, real);
          return { model, real };
        }, plan);
        await end?.();
      },
    ),
    { numRuns: propertyRuns(400) },
  );
});
