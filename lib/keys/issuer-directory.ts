import { ConcurrencyLimit, limitFetch } from '../core/concurrency-limit.js';
import type { KeyEvent } from '../core/keys/key-store.js';
import type { MaybePromise } from '../core/maybe-promise.js';
import type { IssuerDirectory } from '../core/token/verify.js';
import type { IssuerConfig, IssuerRules } from '../options/resolve-issuer.js';
import type { ResolvedOptions } from '../options/resolve.js';
import { IssuerLookupCache } from './issuer-lookup.js';
import { createIssuerWithKeys, type IssuerWithKeys } from './issuer-with-keys.js';

/** Maximum number of key requests that run at a time, and that wait, if issuers are looked up. */
const MAX_DIALED = 8;
const MAX_WAITING = 256;

/** All trusted issuers with their keys. */
export interface KeysDirectory extends IssuerDirectory<IssuerRules> {
  find(iss: string): MaybePromise<IssuerWithKeys | undefined>;
  /** Returns all listed issuers, or those looked up so far. */
  records(): readonly IssuerWithKeys[];
  /** The issuers from the options; empty if issuers are looked up. */
  readonly listed: readonly IssuerWithKeys[];
  /** The first listed issuer, which is the default; `undefined` if issuers are looked up. */
  readonly first: IssuerWithKeys | undefined;
}

export function createIssuerDirectory(
  options: ResolvedOptions,
  onEvent: (event: KeyEvent) => void,
): KeysDirectory {
  const { issuers, clock } = options;
  if (typeof issuers === 'function') {
    const limit = new ConcurrencyLimit(MAX_DIALED, MAX_WAITING);
    const limited = { ...options, fetch: limitFetch(options.fetch, limit) };
    const create = (config: IssuerConfig): IssuerWithKeys =>
      createIssuerWithKeys(config, limited, onEvent);
    const cache = new IssuerLookupCache(issuers, create, clock, options.keys.timeout);
    return {
      find: (iss) => cache.find(iss),
      records: () => cache.records(),
      named: [],
      listed: [],
      first: undefined,
    };
  }
  const records = issuers.map((config) => createIssuerWithKeys(config, options, onEvent));
  const byName = new Map(records.map((record) => [record.issuer.issuer, record]));
  return {
    find: (iss) => byName.get(iss),
    records: () => records,
    named: records.map(({ issuer }) => issuer),
    listed: records,
    first: records[0],
  };
}
