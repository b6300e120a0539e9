import type { TrustedIssuer } from '../core/issuer/issuer.js';
import type { KeyEvent } from '../core/keys/key-store.js';
import type { IssuerDirectory } from '../core/token/verify.js';
import type { ResolvedOptions } from '../options/resolve.js';
import { createIssuerWithKeys, type IssuerWithKeys } from '../authenticate/issuer-keys.js';
import { IssuerLookupCache } from './issuer-lookup.js';

/** All trusted issuers with their keys. */
export interface KeysDirectory extends IssuerDirectory {
  find(iss: string): IssuerWithKeys | undefined | Promise<IssuerWithKeys | undefined>;
  /** Those that are there now: all that are listed, or those looked up so far. */
  records(): readonly IssuerWithKeys[];
  /**
   * The first one that is listed; `undefined` where issuers are looked up: whoever came last must
   * not be meant.
   */
  readonly first: IssuerWithKeys | undefined;
}

export function createIssuerDirectory(
  options: ResolvedOptions,
  onEvent: (event: KeyEvent) => void,
): KeysDirectory {
  const { issuers } = options;
  if (typeof issuers === 'function') {
    const cache = new IssuerLookupCache(
      issuers,
      (origin) => createIssuerWithKeys(origin, options, onEvent),
      options.clock,
    );
    return {
      find: (iss) => cache.find(iss),
      records: () => cache.records(),
      named: [],
      first: undefined,
    };
  }
  const records = issuers.map((origin) => createIssuerWithKeys(origin, options, onEvent));
  const byName = new Map(records.map((record) => [record.issuer.issuer, record]));
  const named: readonly TrustedIssuer[] = records.map(({ issuer }) => issuer);
  return { find: (iss) => byName.get(iss), records: () => records, named, first: records[0] };
}
