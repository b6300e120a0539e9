import type { RevocationStore } from '../authenticate/revocation-store.js';
import { readObject, readTime } from './option-reader.js';
import type { Problems } from './problems.js';

/** What webhooks revoked: how long it is kept, and where. Times in milliseconds. */
export interface RevocationRules {
  readonly store: RevocationStore | undefined;
  readonly onStoreFailure: 'closed' | 'open';
  readonly keepFor: number;
}

export function resolveRevocation(given: unknown, problems: Problems): RevocationRules {
  const options = readObject(
    'revocation',
    given === undefined ? {} : given,
    ['store', 'onStoreFailure', 'keepFor'],
    problems,
  );
  const { store, onStoreFailure = 'closed' } = options;
  if (store !== undefined && !isStore(store))
    problems.add(
      'revocation.store',
      typeof store,
      'It must have the methods get and set, as Keyv has.',
    );
  if (onStoreFailure !== 'closed' && onStoreFailure !== 'open') {
    problems.add('revocation.onStoreFailure', onStoreFailure, "It is 'closed' or 'open'.");
  }
  return {
    store: isStore(store) ? store : undefined,
    onStoreFailure: onStoreFailure === 'open' ? 'open' : 'closed',
    keepFor: readTime('revocation.keepFor', options['keepFor'], '24h', problems),
  };
}

function isStore(given: unknown): given is RevocationStore {
  const { get, set } = (given ?? {}) as Partial<RevocationStore>;
  return typeof get === 'function' && typeof set === 'function';
}
