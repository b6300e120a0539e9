import { algorithms } from '../../lib/core/crypto/algorithms.js';
import { AuthError } from '../../lib/core/errors.js';
import type { TrustedIssuer } from '../../lib/core/issuer/issuer.js';
import {
  readKeySet,
  selectKey,
  type KeyQuery,
  type PublicKey,
} from '../../lib/core/keys/key-set.js';
import { createVerifier } from '../../lib/core/token/verify.js';
import type { AuthgearUser } from '../../lib/core/user.js';

/** A verifier over one key set, which counts how often a key was asked for. */
export interface CountingVerifier {
  readonly verify: (token: string) => Promise<AuthgearUser>;
  /** Every look-up, in order. */
  readonly lookUps: { readonly issuer: string; readonly query: KeyQuery }[];
}

/** @param keySets issuer → its JWK Set */
export async function countingVerifier(
  issuers: readonly TrustedIssuer[],
  keySets: Readonly<Record<string, unknown>>,
  clock: () => number,
): Promise<CountingVerifier> {
  const lookUps: CountingVerifier['lookUps'] = [];
  const sets = new Map(
    await Promise.all(
      Object.entries(keySets).map(
        async ([issuer, jwks]) => [issuer, await readKeySet(jwks, algorithms)] as const,
      ),
    ),
  );
  const peekAt = (issuer: string, query: KeyQuery): PublicKey | undefined => {
    const set = sets.get(issuer);
    const selection = set === undefined ? 'unknown' : selectKey(set, query);
    return typeof selection === 'string' ? undefined : selection.key;
  };
  const findKey = async (issuer: string, query: KeyQuery): Promise<PublicKey> => {
    lookUps.push({ issuer, query });
    const key = peekAt(issuer, query);
    if (key === undefined) throw new AuthError('key_unknown', 'no such key');
    return key;
  };
  const directory = new Map(
    issuers.map((issuer) => [
      issuer.issuer,
      {
        issuer,
        keys: {
          find: (query: KeyQuery) => findKey(issuer.issuer, query),
          peek: (query: KeyQuery) => peekAt(issuer.issuer, query),
        },
      },
    ]),
  );
  const verify = createVerifier({ find: (iss) => directory.get(iss), named: issuers }, clock);
  return { verify: async (token) => (await verify(token)).user, lookUps };
}
