import type { JsonWebKey, KeyObject } from 'node:crypto';
import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { isAlgorithm } from '../core/crypto/algorithms.js';
import { AuthError } from '../core/errors.js';
import type { KeyStore, KeyStoreStatus } from '../core/keys/key-store.js';
import { printable } from '../core/printable.js';
import { RESOLVED_OPTIONS } from '../options/tokens.js';
import type { ResolvedOptions } from '../options/resolve.js';
import { createIssuerDirectory, type KeysDirectory } from './issuer-directory.js';
import type { IssuerWithKeys } from './issuer-with-keys.js';
import { createKeyLog } from '../observability/key-log.js';
import { publishKeyEvent } from '../observability/channels.js';

/**
 * How the keys of an issuer stand. Plain data; times are epoch seconds, ages and waits are seconds.
 */
export type JwksStatus = KeyStoreStatus;

/**
 * The public keys of the trusted issuers: discovery, caching, refresh in the background, and one
 * fetch per cooldown for unknown key ids. The guard uses it for every request; inject it for checks
 * of your own.
 *
 * Where a method takes an issuer, it is the first one that is listed by default; where issuers are
 * looked up, it must be named. One that is not trusted rejects with `issuer_mismatch`.
 */
@Injectable()
export class JwksService implements OnApplicationBootstrap, OnModuleDestroy {
  /** @internal For the verifier. */
  readonly issuers: KeysDirectory;

  /** @internal Injected, never made by hand. */
  constructor(@Inject(RESOLVED_OPTIONS) private readonly options: ResolvedOptions) {
    const log = createKeyLog(options.logger);
    this.issuers = createIssuerDirectory(options, (event) => {
      log(event);
      publishKeyEvent(event);
    });
  }

  /**
   * The key with this id, for this algorithm. Waits for a fetch only when no usable key is there.
   *
   * Rejects with an {@link AuthError}: `key_unknown` when the issuer has no such key,
   * `keys_unavailable` when nobody can tell now, `algorithm_not_allowed` when `alg` is none that
   * this library verifies.
   */
  async getKey(
    query: { readonly kid?: string; readonly alg: string },
    issuer?: string,
  ): Promise<KeyObject> {
    const { kid, alg } = query;
    if (!isAlgorithm(alg))
      throw new AuthError(
        'algorithm_not_allowed',
        `"${printable(alg)}" is no supported signature algorithm`,
      );
    return (await (await this.keysOf(issuer)).find({ kid, alg })).keyObject;
  }

  /**
   * The usable public keys as a JWK Set (RFC 7517). Rejects with `keys_unavailable` when there are
   * none.
   */
  async getKeySet(issuer?: string): Promise<{ keys: JsonWebKey[] }> {
    const { keys } = await (await this.keysOf(issuer)).keySet();
    return { keys: keys.map(({ jwk }) => ({ ...jwk })) };
  }

  /**
   * Fetches the keys now, whatever cooldown and back-off say; joins a fetch that is under way.
   * Rejects with an {@link AuthError} when it fails.
   */
  async refresh(issuer?: string): Promise<void> {
    await (await this.keysOf(issuer)).refresh();
  }

  /**
   * How the keys stand: one entry per issuer that is listed, or was looked up so far; fit for JSON.
   * Never causes a fetch.
   */
  status(): JwksStatus[] {
    return this.issuers.records().map(({ keys }) => keys.status());
  }

  /**
   * @internal Uses all keys as a request would: what is due is refreshed, and what is missing is
   * waited for. Never rejects.
   */
  async use(): Promise<void> {
    await Promise.allSettled(this.issuers.records().map(({ keys }) => keys.keySet()));
  }

  /**
   * Starts looking for keys. The application waits for those that are configured, and with
   * `failFast` for all, and does not start without them.
   */
  async onApplicationBootstrap(): Promise<void> {
    const isNeeded = ({ isStatic }: IssuerWithKeys): boolean => isStatic || this.options.failFast;
    const records = this.issuers.records();
    // Of a fetch that fails, the key log tells.
    for (const record of records)
      if (!isNeeded(record)) record.keys.refresh().catch(() => undefined);
    await Promise.all(records.filter(isNeeded).map(requireKeys));
  }

  /** Ends a fetch that is under way, so that the process can exit. */
  onModuleDestroy(): void {
    for (const { keys } of this.issuers.records()) keys.close();
  }

  private async keysOf(name: string | undefined): Promise<KeyStore> {
    const record = name === undefined ? this.issuers.first : await this.issuers.find(name);
    if (record === undefined) {
      throw new AuthError(
        'issuer_mismatch',
        name === undefined
          ? 'issuers are looked up: name the one that is meant'
          : `"${printable(name)}" is no trusted issuer`,
      );
    }
    return record.keys;
  }
}

/**
 * Keys that are configured, or waited for, must be there: an application that can only answer 401
 * should not start.
 */
async function requireKeys({ issuer, keys }: IssuerWithKeys): Promise<void> {
  await keys.refresh();
  const { keys: usable, skipped } = await keys.keySet();
  if (usable.length > 0) return;
  const why = skipped.length > 0 ? `: ${skipped.join('; ')}` : ', for there is none';
  throw new AuthError(
    'configuration_invalid',
    `AuthgearModule cannot start, no key of "${issuer.issuer}" can be used${why}`,
  );
}
