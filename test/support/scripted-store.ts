import type { RevocationStore } from '../../lib/options/contracts.js';

/**
 * How a store fails. `emits`: as Keyv does, which swallows what its adapter throws and emits
 * `error`.
 */
export type StoreFailure = 'rejects' | 'throws' | 'emits' | 'refuses';

/** What a driver says when it fails. */
export const DRIVER_ERROR = 'it cannot connect to redis://default:hunter2@redis.example:6379';

/**
 * A shared store in memory, which replicas use through {@link connect}; it fails as it is told to,
 * and counts.
 */
export class ScriptedStore {
  readonly data = new Map<string, string>();
  failure: StoreFailure | undefined;
  /** What a missing key is read as. */
  missing: undefined | null = undefined;
  readonly gets: string[] = [];
  readonly sets: {
    readonly key: string;
    readonly value: string;
    readonly ttl: number | undefined;
  }[] = [];
  /** When an operation happens; at once by default. */
  when: (label: string) => Promise<unknown> = () => Promise.resolve();

  /** One replica's connection. */
  connect(): RevocationStore {
    let report: (error: unknown) => void = () => undefined;
    const run = async <T>(label: string, work: () => T, swallowed: T, refused: T): Promise<T> => {
      await this.when(label);
      if (this.failure === undefined) return work();
      if (this.failure === 'refuses') return refused;
      const error = new Error(DRIVER_ERROR);
      if (this.failure !== 'emits') throw error;
      report(error);
      return swallowed;
    };
    const now = <T>(promise: () => Promise<T>): Promise<T> => {
      if (this.failure === 'throws') throw new Error(DRIVER_ERROR);
      return promise();
    };
    return {
      get: (key) => {
        this.gets.push(key);
        return now(() =>
          run<unknown>(
            `get ${key}`,
            () => this.data.get(key) ?? this.missing,
            undefined,
            undefined,
          ),
        );
      },
      set: (key, value, ttl) => {
        this.sets.push({ key, value, ttl });
        return now(() =>
          run<unknown>(`set ${key}`, () => this.data.set(key, value) && true, true, false),
        );
      },
      on: (_, listener) => void (report = listener),
    };
  }

  /** Users that are in it; not what it says about itself. */
  get users(): string[] {
    return [...this.data.keys()].filter((key) => !key.endsWith(':epoch'));
  }
}
