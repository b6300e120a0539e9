import type { JsonWebKey, KeyObject } from 'node:crypto';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { isAlgorithm } from '../core/algorithms.js';
import { AuthError } from '../core/errors.js';
import type { KeyStore, KeyStoreStatus } from '../core/keys/key-store.js';
import type { KeyQuery, PublicKey } from '../core/keys/key-set.js';
import { printable } from '../core/printable.js';
import { RESOLVED_OPTIONS } from '../options/tokens.js';
import type { ResolvedOptions } from '../options/resolve.js';
import { createKeyLog } from './key-log.js';
import { createKeyStores } from './key-stores.js';

/** How the keys of an issuer stand. Plain data; times are epoch seconds. */
export type JwksStatus = KeyStoreStatus;

/**
 * The public keys of the trusted issuers: discovery, caching, refresh in the background, and one fetch per cooldown for unknown key
 * ids. The guard uses it for every request; inject it for checks of your own.
 *
 * Where a method takes an issuer, it is the first configured one by default; one that is not configured rejects with `issuer_mismatch`.
 */
@Injectable()
export class JwksService implements OnApplicationBootstrap {
  private readonly stores: ReadonlyMap<string, KeyStore>;

  /** @internal Injected, never made by hand. */
  constructor(@Inject(RESOLVED_OPTIONS) private readonly options: ResolvedOptions) {
    this.stores = createKeyStores(options, createKeyLog(options.logger));
  }

  /**
   * The key with this id, for this algorithm. Waits for a fetch only when no usable key is there.
   *
   * Rejects with an {@link AuthError}: `key_unknown` when the issuer has no such key, `keys_unavailable` when nobody can tell now,
   * `algorithm_not_allowed` when `alg` is none that this library verifies.
   */
  async getKey(query: { readonly kid?: string; readonly alg: string }, issuer?: string): Promise<KeyObject> {
    const { kid, alg } = query;
    if (!isAlgorithm(alg)) throw new AuthError('algorithm_not_allowed', `"${printable(alg)}" is no supported signature algorithm`);
    return (await this.storeOf(issuer).find({ kid, alg })).keyObject;
  }

  /** The usable public keys as a JWK Set (RFC 7517). Rejects with `keys_unavailable` when there are none. */
  async getKeySet(issuer?: string): Promise<{ keys: JsonWebKey[] }> {
    const { keys } = await this.storeOf(issuer).keySet();
    return { keys: keys.map(({ jwk }) => ({ ...jwk })) };
  }

  /** Fetches the keys now, whatever cooldown and back-off say; joins a fetch that is under way. Rejects with an {@link AuthError} when it fails. */
  async refresh(issuer?: string): Promise<void> {
    await this.storeOf(issuer).refresh();
  }

  /** How the keys stand: one entry per issuer, fit for JSON. Never causes a fetch. */
  status(): JwksStatus[] {
    return [...this.stores.values()].map((store) => store.status());
  }

  /** @internal For the verifier. */
  find(query: KeyQuery, issuer: string): PublicKey | Promise<PublicKey> {
    return this.storeOf(issuer).find(query);
  }

  /** @internal Starts looking for keys. With `failFast`, the application waits for them and does not start without them. */
  async onApplicationBootstrap(): Promise<void> {
    const loading = Promise.all([...this.stores.values()].map((store) => store.refresh()));
    if (this.options.failFast) await loading;
    else loading.catch(() => undefined); // the key log has told it
  }

  private storeOf(issuer: string | undefined): KeyStore {
    const store = issuer === undefined ? this.stores.values().next().value : this.stores.get(issuer);
    if (store === undefined) throw new AuthError('issuer_mismatch', `"${printable(issuer)}" is no configured issuer`);
    return store;
  }
}
