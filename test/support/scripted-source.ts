import { AuthError } from '../../lib/core/errors.js';
import type { KeySet, PublicKey } from '../../lib/core/keys/key-set.js';
import { readKeySet } from '../../lib/core/keys/key-set.js';
import { KeyStore, type KeyEvent } from '../../lib/core/keys/key-store.js';
import type { KeyPolicy } from '../../lib/core/keys/freshness.js';
import type { FetchedKeySet } from '../../lib/core/keys/source.js';
import { createSigningKey } from '../../lib/testing/signing-key.js';
import { TestClock } from '../../lib/testing/test-clock.js';

/** The defaults of the options, in milliseconds. */
export const defaultPolicy: KeyPolicy = {
  defaultAge: 600_000,
  minAge: 60_000,
  maxAge: 3_600_000,
  refreshAhead: 30_000,
  cooldown: 30_000,
  staleFor: 3_600_000,
};

/** Real public keys for ES256 under these ids. */
export async function makeKeys(...kids: string[]): Promise<PublicKey[]> {
  const { keys } = await readKeySet(
    { keys: kids.map((kid) => createSigningKey('ES256', { kid }).jwk) },
    ['ES256'],
  );
  return [...keys];
}

/** Lets everything happen that only waits for promises. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 3; round++) await new Promise(setImmediate);
}

/**
 * An issuer without a network: publishes keys, fails or hangs, and counts how often it is asked.
 */
export class ScriptedSource {
  published: readonly PublicKey[] = [];
  lifetime = 600_000;
  etag: string | undefined;
  down = false;
  /** While it hangs, an attempt ends by {@link release} only. */
  hanging = false;
  /** When it was asked, in epoch milliseconds. */
  readonly askedAt: number[] = [];
  readonly etags: (string | undefined)[] = [];
  /** How many attempts were under way at once, at most. */
  mostAtOnce = 0;
  /** How many attempts are under way. */
  underWay = 0;
  private waiting: (() => void)[] = [];

  constructor(private readonly clock: TestClock) {}

  readonly ask = async (etag: string | undefined): Promise<FetchedKeySet> => {
    this.askedAt.push(this.clock.now());
    this.etags.push(etag);
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.underWay);
    try {
      if (this.hanging) await new Promise<void>((resolve) => this.waiting.push(resolve));
      else await Promise.resolve();
      if (this.down) throw new AuthError('keys_unavailable', 'the issuer is down');
      const unchanged = this.etag !== undefined && etag === this.etag;
      return {
        keySet: unchanged ? undefined : this.keySet(),
        lifetime: this.lifetime,
        etag: this.etag,
      };
    } finally {
      this.underWay -= 1;
    }
  };

  now(): number {
    return this.clock.now();
  }

  get asked(): number {
    return this.askedAt.length;
  }

  release(): void {
    this.hanging = false;
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  private keySet(): KeySet {
    return { keys: [...this.published], skipped: [] };
  }
}

export interface StoreFixture {
  readonly clock: TestClock;
  readonly source: ScriptedSource;
  readonly store: KeyStore;
  readonly events: KeyEvent[];
  /** The kid of the key that is found, as a promise in any case. */
  readonly find: (kid?: string) => Promise<string | undefined>;
}

export function storeFixture(
  policy: KeyPolicy = defaultPolicy,
  random: () => number = () => 0,
  wrap: (source: ScriptedSource) => ScriptedSource['ask'] = (source) => source.ask,
): StoreFixture {
  const clock = new TestClock(1_767_225_600_000);
  const source = new ScriptedSource(clock);
  const events: KeyEvent[] = [];
  const store = new KeyStore({
    issuer: 'https://issuer.example',
    source: wrap(source),
    policy,
    clock: clock.now,
    onEvent: (event) => void events.push(event),
    random,
  });
  const find = async (kid?: string) => (await store.find({ kid, alg: 'ES256' })).kid;
  return { clock, source, store, events, find };
}
