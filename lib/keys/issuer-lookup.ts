import { LRUCache } from 'lru-cache';
import { isWithin, type Clock } from '../core/clock.js';
import { ConcurrencyLimit, LimitReached } from '../core/concurrency-limit.js';
import { AuthError } from '../core/errors.js';
import { deadline, unlessAborted } from '../core/http.js';
import type { MaybePromise } from '../core/maybe-promise.js';
import { printable } from '../core/printable.js';
import { SingleFlight } from '../core/single-flight.js';
import { parseHttpUrl } from '../core/urls.js';
import type { IssuerConfig } from '../options/resolve-issuer.js';
import type { ResolvedLookup } from '../options/resolve.js';
import type { IssuerWithKeys } from './issuer-with-keys.js';

/**
 * Maximum number of known tenants. It is far above what one process serves, because removing a
 * tenant also removes its keys, cooldown and backoff.
 */
const MAX_KNOWN = 10_000;
/** Maximum number of lookups that run at a time, and that wait. Other requests get 503. */
const MAX_LOOKUPS = 32;
const MAX_WAITING_LOOKUPS = 256;
/** Maximum length of a name that is looked up, in characters. */
const MAX_NAME = 2_048;
const MAX_REFUSED = 1_000;
const KNOWN_FOR = 600_000;
const REFUSED_FOR = 30_000;
const FAILED_FOR = 1_000;
/** How long a known tenant is accepted while the application's function throws. */
const STALE_FOR = 3_600_000;

/** When a name was looked up, and how long the result is valid. Both are in milliseconds. */
interface LookedUp {
  readonly at: number;
  readonly holdsFor: number;
}

interface Known extends LookedUp {
  readonly record: IssuerWithKeys;
  /** The source of the keys, to detect whether a later lookup changed it. */
  readonly keySource: string;
  /** When the application's function last answered. */
  readonly answeredAt: number;
}

interface Refused extends LookedUp {
  /** The reason why the lookup failed; `undefined` if the name is not trusted. */
  readonly error: AuthError | undefined;
}

/**
 * Caches issuers that are looked up. The cache is bounded, and runs one lookup per name at a time.
 * Refused names have a separate cache, so that unknown names cannot evict tenants. A tenant keeps
 * its keys across lookups unless their source changed.
 */
export class IssuerLookupCache {
  private readonly known = new LRUCache<string, Known>({ max: MAX_KNOWN });
  private readonly refused = new LRUCache<string, Refused>({ max: MAX_REFUSED });
  private readonly flights = new SingleFlight<string, IssuerWithKeys | undefined>();
  private readonly limit = new ConcurrencyLimit(MAX_LOOKUPS, MAX_WAITING_LOOKUPS);

  constructor(
    private readonly lookup: ResolvedLookup,
    private readonly create: (config: IssuerConfig) => IssuerWithKeys,
    private readonly clock: Clock,
    /** Milliseconds of real time for one lookup. A function that never answers must not hang. */
    private readonly timeout: number,
  ) {}

  find(iss: string): MaybePromise<IssuerWithKeys | undefined> {
    if (!isIssuerUrl(iss)) return undefined;
    const now = this.clock();
    const known = this.known.get(iss);
    if (known !== undefined && isCurrent(known, now)) return known.record;
    const refused = this.refused.get(iss);
    if (refused !== undefined && isCurrent(refused, now)) {
      if (refused.error !== undefined) throw refused.error;
      return undefined;
    }
    return this.flights.run(iss, () => this.lookUp(iss, known));
  }

  records(): IssuerWithKeys[] {
    this.forgetUnused();
    return [...this.known.values()].map(({ record }) => record);
  }

  /** Removes tenants without requests for an hour, the oldest first. */
  private forgetUnused(): void {
    const now = this.clock();
    for (;;) {
      const [iss] = this.known.rkeys();
      const oldest = iss === undefined ? undefined : this.known.peek(iss);
      if (iss === undefined || oldest === undefined || isWithin(oldest.at, STALE_FOR, now)) return;
      this.known.delete(iss);
      oldest.record.keys.close();
    }
  }

  private async lookUp(iss: string, known: Known | undefined): Promise<IssuerWithKeys | undefined> {
    const signal = deadline(this.timeout);
    try {
      const look = async () => this.lookup(iss);
      const config = await this.limit.run(() => unlessAborted(look(), signal), signal);
      return config === undefined ? this.refuse(iss) : this.remember(iss, config, known);
    } catch (cause) {
      return this.serveStale(iss, cause, known);
    }
  }

  private refuse(iss: string): undefined {
    this.known.delete(iss);
    this.refused.set(iss, { at: this.clock(), holdsFor: REFUSED_FOR, error: undefined });
  }

  private remember(iss: string, config: IssuerConfig, known: Known | undefined): IssuerWithKeys {
    const { issuer, ...addresses } = config;
    const keySource = JSON.stringify([addresses, issuer.algorithms, issuer.profile.cooldown]);
    const record =
      known?.keySource === keySource ? { ...known.record, issuer } : this.create(config);
    const at = this.clock();
    this.known.set(iss, { record, keySource, answeredAt: at, at, holdsFor: KNOWN_FOR });
    this.forgetUnused();
    return record;
  }

  /**
   * Handles a failed lookup. A tenant that was known recently is still accepted, because an outage
   * of the application's database must not sign users out. It is not accepted if the function
   * returned invalid options. Requests for other names get 503 instead of 401.
   */
  private serveStale(iss: string, cause: unknown, known: Known | undefined): IssuerWithKeys {
    const at = this.clock();
    const hasAnswered = cause instanceof AuthError;
    if (known !== undefined && !hasAnswered && isWithin(known.answeredAt, STALE_FOR, at)) {
      this.known.set(iss, { ...known, at, holdsFor: REFUSED_FOR });
      return known.record;
    }
    this.known.delete(iss);
    const why = hasAnswered ? cause.reason : this.describe(cause);
    const reason = `the look-up of the issuer "${printable(iss)}" failed: ${why}`;
    const error = new AuthError('issuer_lookup_failed', reason, { cause, facts: { iss } });
    this.refused.set(iss, { at, holdsFor: FAILED_FOR, error });
    throw error;
  }

  /** The error of the application may contain anything, and is not quoted. */
  private describe(cause: unknown): string {
    if (cause instanceof LimitReached) return cause.message;
    const isLate = (cause as { name?: unknown } | null)?.name === 'TimeoutError';
    return isLate ? `no answer within ${this.timeout / 1000} s` : 'it threw';
  }
}

/** Whether a name is an http(s) URL of printable ASCII. Other names are not looked up. */
function isIssuerUrl(iss: string): boolean {
  return iss.length <= MAX_NAME && /^[\x21-\x7e]+$/.test(iss) && parseHttpUrl(iss) !== undefined;
}

function isCurrent({ at, holdsFor }: LookedUp, now: number): boolean {
  return isWithin(at, holdsFor, now);
}
