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
 * The status of an issuer's keys, as plain data. Times are epoch seconds, durations are seconds.
 */
export type JwksStatus = KeyStoreStatus;

/**
 * Provides the public keys of the trusted issuers, with discovery, caching, background refresh, and
 * one fetch per cooldown for unknown key ids. The guard uses it for every request. Inject it for
 * your own checks.
 *
 * The parameter `issuer` of a method defaults to the first listed issuer. It is required when
 * issuers are looked up. An issuer that is not trusted rejects with `issuer_mismatch`.
 */
@Injectable()
export class JwksService implements OnApplicationBootstrap, OnModuleDestroy {
  /** @internal For the verifier. */
  readonly issuers: KeysDirectory;

  /** @internal Created by NestJS's dependency injection. */
  constructor(@Inject(RESOLVED_OPTIONS) private readonly options: ResolvedOptions) {
    const log = createKeyLog(options.logger, options.clock);
    this.issuers = createIssuerDirectory(options, (event) => {
      log(event);
      publishKeyEvent(event);
    });
  }

  /**
   * Resolves to the key with this id and algorithm. Waits for a fetch only when no usable key is
   * known.
   *
   * Rejects with an {@link AuthError}: `key_unknown` when the issuer has no such key,
   * `keys_unavailable` when the keys cannot be fetched now, `algorithm_not_allowed` when this
   * library does not support `alg`.
   */
  async getKey(
    query: { readonly kid?: string; readonly alg: string },
    issuer?: string,
  ): Promise<KeyObject> {
    const { kid, alg } = query;
    if (!isAlgorithm(alg))
      throw new AuthError(
        'algorithm_not_allowed',
        `"${printable(alg)}" is not a supported signature algorithm`,
      );
    return (await (await this.keysOf(issuer)).find({ kid, alg })).keyObject;
  }

  /**
   * Resolves to the usable public keys as a JWK Set (RFC 7517). Rejects with `keys_unavailable`
   * when there are none.
   */
  async getKeySet(issuer?: string): Promise<{ keys: JsonWebKey[] }> {
    const { keys } = await (await this.keysOf(issuer)).keySet();
    return { keys: keys.map(({ jwk }) => ({ ...jwk })) };
  }

  /**
   * Fetches the keys now, regardless of cooldown and back-off, or joins a pending fetch. Rejects
   * with an {@link AuthError} when the fetch fails.
   */
  async refresh(issuer?: string): Promise<void> {
    await (await this.keysOf(issuer)).refresh();
  }

  /**
   * Returns the status of the keys of each issuer that is listed, or was looked up so far. The
   * result can be serialized to JSON. Never causes a fetch.
   */
  status(): JwksStatus[] {
    return this.issuers.records().map(({ keys }) => keys.status());
  }

  /**
   * @internal Uses the keys of the listed issuers like a request: refreshes keys that are due, and
   * waits for missing ones. Returns their status, and never rejects. Issuers that were looked up
   * are left out: a forged token can name any of them.
   */
  async use(): Promise<JwksStatus[]> {
    const { listed } = this.issuers;
    await Promise.allSettled(listed.map(({ keys }) => keys.keySet()));
    return listed.map(({ keys }) => keys.status());
  }

  /**
   * Starts fetching keys. The startup waits for configured keys, and with `failFast` for all keys,
   * and fails without them.
   */
  async onApplicationBootstrap(): Promise<void> {
    const isNeeded = ({ isStatic }: IssuerWithKeys): boolean => isStatic || this.options.failFast;
    const records = this.issuers.records();
    // The key log reports failures.
    for (const record of records)
      if (!isNeeded(record)) record.keys.refresh().catch(() => undefined);
    await Promise.all(records.filter(isNeeded).map(requireKeys));
  }

  /** Aborts pending fetches, so that the process can exit. */
  onModuleDestroy(): void {
    for (const { keys } of this.issuers.records()) keys.close();
  }

  private async keysOf(name: string | undefined): Promise<KeyStore> {
    const record = name === undefined ? this.issuers.first : await this.issuers.find(name);
    if (record === undefined) {
      throw new AuthError(
        'issuer_mismatch',
        name === undefined
          ? 'issuers are looked up by a function: pass the issuer'
          : `"${printable(name)}" is not a trusted issuer`,
      );
    }
    return record.keys;
  }
}

/** Rejects when no key is usable: an application that refuses every token should not start. */
async function requireKeys({ issuer, keys }: IssuerWithKeys): Promise<void> {
  await keys.refresh();
  const { keys: usable, skipped } = await keys.keySet();
  if (usable.length > 0) return;
  const why = skipped.length > 0 ? `: ${skipped.join('; ')}` : ': the key set is empty';
  throw new AuthError(
    'configuration_invalid',
    `AuthgearModule cannot start, no key of "${issuer.issuer}" can be used${why}`,
  );
}
