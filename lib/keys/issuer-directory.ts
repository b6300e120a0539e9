import type { KeyEvent } from '../core/keys/key-store.js';
import type { MaybePromise } from '../core/maybe-promise.js';
import type { IssuerDirectory } from '../core/token/verify.js';
import type { IssuerConfig, IssuerRules } from '../options/resolve-issuer.js';
import type { ResolvedOptions } from '../options/resolve.js';
import { IssuerLookupCache } from './issuer-lookup.js';
import { createIssuerWithKeys, type IssuerWithKeys } from './issuer-with-keys.js';

/** All trusted issuers with their keys. */
export interface KeysDirectory extends IssuerDirectory<IssuerRules> {
  find(iss: string): MaybePromise<IssuerWithKeys | undefined>;
  /** Returns all listed issuers, or those looked up so far. */
  records(): readonly IssuerWithKeys[];
  /** The first listed issuer. `undefined` when issuers are looked up: there is no default then. */
  readonly first: IssuerWithKeys | undefined;
}

export function createIssuerDirectory(
  options: ResolvedOptions,
  onEvent: (event: KeyEvent) => void,
): KeysDirectory {
  const { issuers, clock } = options;
  const create = (config: IssuerConfig): IssuerWithKeys =>
    createIssuerWithKeys(config, options, onEvent);
  if (typeof issuers === 'function') {
    const cache = new IssuerLookupCache(issuers, create, clock);
    return {
      find: (iss) => cache.find(iss),
      records: () => cache.records(),
      named: [],
      first: undefined,
    };
  }
  const records = issuers.map(create);
  const byName = new Map(records.map((record) => [record.issuer.issuer, record]));
  return {
    find: (iss) => byName.get(iss),
    records: () => records,
    named: records.map(({ issuer }) => issuer),
    first: records[0],
  };
}
