import { LRUCache } from 'lru-cache';
import { isWithin, type Clock } from '../core/clock.js';
import { AuthError } from '../core/errors.js';
import { printable } from '../core/printable.js';
import type { IssuerConfig } from '../options/resolve-issuer.js';
import type { ResolvedLookup } from '../options/resolve.js';
import type { IssuerWithKeys } from '../authenticate/issuer-keys.js';

/**
 * With a tenant its keys, their cooldown and their back-off go: well above what one process serves.
 */
const MAX_KNOWN = 10_000;
const MAX_REFUSED = 1_000;
const KNOWN_FOR = 600_000;
const REFUSED_FOR = 30_000;
const FAILED_FOR = 1_000;
/** While the application's function throws, a tenant that it knew stays known for this long. */
const STALE_FOR = 3_600_000;

interface Known {
  readonly record: IssuerWithKeys;
  /** Where the keys come from, to see whether a later look-up changed it. */
  readonly keySource: string;
  /** When the look-up last answered. */
  readonly answeredAt: number;
  readonly asked: Asked;
}

/** When a name was asked about, and how long that holds. */
interface Asked {
  readonly at: number;
  readonly holdsFor: number;
}

interface Refused extends Asked {
  /** Why nobody could tell; `undefined` when the name is a stranger's. */
  readonly error: AuthError | undefined;
}

/**
 * Issuers by look-up: bounded, one look-up per name at a time. Refusals have a cache of their own,
 * so that strangers' names cannot push tenants out. A tenant keeps its keys across look-ups unless
 * their origin changed.
 */
export class IssuerLookupCache {
  private readonly known = new LRUCache<string, Known>({ max: MAX_KNOWN });
  private readonly refused = new LRUCache<string, Refused>({ max: MAX_REFUSED });
  private readonly flights = new Map<string, Promise<IssuerWithKeys | undefined>>();

  constructor(
    private readonly lookup: ResolvedLookup,
    private readonly create: (origin: IssuerConfig) => IssuerWithKeys,
    private readonly clock: Clock,
  ) {}

  find(iss: string): IssuerWithKeys | undefined | Promise<IssuerWithKeys | undefined> {
    const now = this.clock();
    const known = this.known.get(iss);
    if (known !== undefined && holds(known.asked, now)) return known.record;
    const refused = this.refused.get(iss);
    if (refused !== undefined && holds(refused, now)) {
      if (refused.error !== undefined) throw refused.error;
      return undefined;
    }
    const flight =
      this.flights.get(iss) ?? this.ask(iss, known).finally(() => this.flights.delete(iss));
    this.flights.set(iss, flight);
    return flight;
  }

  records(): IssuerWithKeys[] {
    return [...this.known.values()].map(({ record }) => record);
  }

  private async ask(iss: string, known: Known | undefined): Promise<IssuerWithKeys | undefined> {
    try {
      const origin = await this.lookup(iss);
      return origin === undefined ? this.refuse(iss) : this.remember(iss, origin, known);
    } catch (cause) {
      return this.serveStale(iss, cause, known);
    }
  }

  private refuse(iss: string): undefined {
    this.known.delete(iss);
    this.refused.set(iss, { at: this.clock(), holdsFor: REFUSED_FOR, error: undefined });
  }

  private remember(iss: string, origin: IssuerConfig, known: Known | undefined): IssuerWithKeys {
    const { issuer, ...addresses } = origin;
    const keySource = JSON.stringify([addresses, issuer.algorithms, issuer.profile.cooldown]);
    const record =
      known?.keySource === keySource ? { ...known.record, issuer } : this.create(origin);
    const now = this.clock();
    this.known.set(iss, {
      record,
      keySource,
      answeredAt: now,
      asked: { at: now, holdsFor: KNOWN_FOR },
    });
    return record;
  }

  /**
   * The look-up failed. Whoever was known a while ago still is, for an outage of the application's
   * database is no logout; unless the look-up did answer, with options that make no sense. Of
   * others it cannot be told whether they are trusted: 503, not 401.
   */
  private serveStale(iss: string, cause: unknown, known: Known | undefined): IssuerWithKeys {
    const now = this.clock();
    const answered = cause instanceof AuthError;
    if (
      known !== undefined &&
      !answered &&
      holds({ at: known.answeredAt, holdsFor: STALE_FOR }, now)
    ) {
      this.known.set(iss, { ...known, asked: { at: now, holdsFor: REFUSED_FOR } });
      return known.record;
    }
    this.known.delete(iss);
    const reason = answered ? cause.reason : 'it threw';
    const error = new AuthError(
      'issuer_lookup_failed',
      `the look-up of the issuer "${printable(iss)}" failed: ${reason}`,
      { cause, facts: { iss } },
    );
    this.refused.set(iss, { at: now, holdsFor: FAILED_FOR, error });
    throw error;
  }
}

function holds({ at, holdsFor }: Asked, now: number): boolean {
  return isWithin(at, holdsFor, now);
}
