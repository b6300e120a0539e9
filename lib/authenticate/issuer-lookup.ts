import { LRUCache } from 'lru-cache';
import type { Clock } from '../core/clock.js';
import { AuthError } from '../core/errors.js';
import { printable } from '../core/printable.js';
import type { KeyOrigin } from '../options/resolve-issuer.js';
import type { ResolvedLookup } from '../options/resolve.js';
import type { IssuerKeys } from './issuer-keys.js';

const MAX_KNOWN = 1_000;
const MAX_REFUSED = 1_000;
const KNOWN_FOR = 600_000;
const REFUSED_FOR = 30_000;

/** While the look-up fails, a tenant that it knew stays known for this long. */
const KNOWN_WHILE_FAILING = 3_600_000;

interface Known {
  readonly record: IssuerKeys;
  /** Where the keys come from, to see whether a later look-up changed it. */
  readonly keyOrigin: string;
  readonly answeredAt: number;
  readonly checkAt: number;
}

/**
 * Issuers by look-up: bounded, one look-up per name at a time. Refusals have a cache of their own, so that strangers' names cannot push
 * tenants out. A tenant keeps its keys across look-ups unless their origin
 * changed.
 */
export class IssuerLookupCache {
  private readonly known = new LRUCache<string, Known>({
    max: MAX_KNOWN,
    dispose: ({ record }, _, reason) => reason !== 'set' && record.keys.close(),
  });
  private readonly refusedUntil = new LRUCache<string, number>({ max: MAX_REFUSED });
  private readonly flights = new Map<string, Promise<IssuerKeys | undefined>>();

  constructor(
    private readonly lookup: ResolvedLookup,
    private readonly create: (origin: KeyOrigin) => IssuerKeys,
    private readonly clock: Clock,
  ) {}

  find(iss: string): IssuerKeys | undefined | Promise<IssuerKeys | undefined> {
    const now = this.clock();
    const known = this.known.get(iss);
    if (known !== undefined && now < known.checkAt) return known.record;
    if (now < (this.refusedUntil.get(iss) ?? 0)) return undefined;
    const flight = this.flights.get(iss) ?? this.ask(iss, known).finally(() => this.flights.delete(iss));
    this.flights.set(iss, flight);
    return flight;
  }

  records(): IssuerKeys[] {
    return [...this.known.values()].map(({ record }) => record);
  }

  private async ask(iss: string, known: Known | undefined): Promise<IssuerKeys | undefined> {
    try {
      const origin = await this.lookup(iss);
      return origin === undefined ? this.refuse(iss) : this.remember(iss, origin, known);
    } catch (cause) {
      const now = this.clock();
      if (known !== undefined && now < known.answeredAt + KNOWN_WHILE_FAILING) {
        this.known.set(iss, { ...known, checkAt: now + REFUSED_FOR });
        return known.record;
      }
      // Whether the tenant is trusted cannot be told: 503, not 401.
      const reason = cause instanceof AuthError ? cause.reason : 'it threw';
      throw new AuthError('issuer_lookup_failed', `the look-up of the issuer "${printable(iss)}" failed: ${reason}`, { cause, facts: { iss } });
    }
  }

  private refuse(iss: string): undefined {
    this.known.delete(iss);
    this.refusedUntil.set(iss, this.clock() + REFUSED_FOR);
  }

  private remember(iss: string, origin: KeyOrigin, known: Known | undefined): IssuerKeys {
    const { issuer, ...addresses } = origin;
    const keyOrigin = JSON.stringify([addresses, issuer.algorithms, issuer.profile.cooldown]);
    const same = known?.keyOrigin === keyOrigin;
    if (!same) known?.record.keys.close();
    const record = same ? { issuer, keys: known.record.keys } : this.create(origin);
    const now = this.clock();
    this.known.set(iss, { record, keyOrigin, answeredAt: now, checkAt: now + KNOWN_FOR });
    return record;
  }
}
