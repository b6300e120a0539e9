import { LRUCache } from 'lru-cache';
import type { Fetch } from './http.js';

/** Maximum number of origins with separate limits. */
const MAX_ORIGINS = 1_000;

/** Too many tasks wait already. The message is safe to log. */
export class LimitReached extends Error {}

/** Limits the number of tasks that run at a time. Other tasks wait in order, up to a maximum. */
export class ConcurrencyLimit {
  private running = 0;
  private readonly waiting = new Set<() => void>();

  constructor(
    private readonly max: number,
    private readonly maxWaiting: number,
  ) {}

  /**
   * Runs the work now or later. Rejects without running it if too many tasks already wait, or with
   * the reason of the signal if the signal is aborted while the work waits.
   */
  async run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.running < this.max) this.running += 1;
    else await this.turn(signal);
    try {
      return await work();
    } finally {
      this.leave();
    }
  }

  private turn(signal: AbortSignal | undefined): Promise<void> {
    if (this.waiting.size >= this.maxWaiting) {
      const counts = `${this.max} are under way, and ${this.maxWaiting} wait`;
      return Promise.reject(new LimitReached(`too many requests at the same time: ${counts}`));
    }
    return new Promise((resolve, reject) => {
      const start = (): void => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        this.waiting.delete(start);
        reject(signal?.reason as Error);
      };
      this.waiting.add(start);
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  }

  /** Ends a task. The next waiting task takes its slot. */
  private leave(): void {
    const [next] = this.waiting;
    if (next === undefined) {
      this.running -= 1;
      return;
    }
    this.waiting.delete(next);
    next();
  }
}

/**
 * Returns a `fetch` with a concurrency limit. A waiting request rejects when its signal is aborted.
 */
export function limitFetch(fetch: Fetch, limit: ConcurrencyLimit): Fetch {
  return (url, init) => limit.run(() => fetch(url, init), init.signal);
}

/** Returns a `fetch` with a separate concurrency limit for each origin. */
export function limitPerOrigin(fetch: Fetch, max: number, maxWaiting: number): Fetch {
  const limited = new LRUCache<string, Fetch>({
    max: MAX_ORIGINS,
    memoMethod: () => limitFetch(fetch, new ConcurrencyLimit(max, maxWaiting)),
  });
  return (url, init) => limited.memo(new URL(url).origin)(url, init);
}
