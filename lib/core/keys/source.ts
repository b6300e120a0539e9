import type { Algorithm } from '../crypto/algorithms.js';
import { AuthError } from '../errors.js';
import { deadline, describeFailure, getJson, type Fetch } from '../http.js';
import { discoverJwksUri, type DiscoveryTarget } from '../issuer/discovery.js';
import { printable } from '../printable.js';
import { readKeySet, type KeySet } from './key-set.js';
import { lifetimeOf, type LifetimeBounds } from './lifetime.js';

/**
 * The result of a fetch. `keySet` is `undefined` when the key set with the given `etag` has not
 * changed.
 */
export interface FetchedKeySet {
  readonly keySet: KeySet | undefined;
  /** How long the key set may be used, in milliseconds. */
  readonly lifetime: number;
  readonly etag: string | undefined;
}

/**
 * Gets a key set. Rejects only with an {@link AuthError}. `closing` aborts the fetch.
 */
export type KeySource = (etag: string | undefined, closing?: AbortSignal) => Promise<FetchedKeySet>;

export interface RemoteSourceOptions extends DiscoveryTarget {
  /** The configured URL of the keys; `undefined` uses discovery. */
  readonly jwksUri: string | undefined;
  readonly algorithms: readonly Algorithm[];
  readonly lifetime: LifetimeBounds;
  /** Timeout of one fetch of metadata and keys together, in milliseconds. */
  readonly timeout: number;
  readonly fetch: Fetch;
}

/**
 * Creates a source that fetches keys over HTTP. It keeps the discovered URL until a fetch fails;
 * the next attempt then repeats the discovery.
 */
export function remoteSource(options: RemoteSourceOptions): KeySource {
  const { issuer, algorithms, fetch, timeout } = options;
  let discovered: string | undefined;

  return async (etag, closing) => {
    const late = deadline(timeout);
    const signal = closing === undefined ? late : AbortSignal.any([late, closing]);
    try {
      const url = options.jwksUri ?? (discovered ??= await discoverJwksUri(options, fetch, signal));
      const { status, body, headers } = await getJson(url, fetch, signal, { etag });
      return {
        keySet: status === 304 ? undefined : await readKeySet(body, algorithms),
        lifetime: lifetimeOf(headers.get('cache-control'), options.lifetime),
        etag: headers.get('etag') ?? (status === 304 ? etag : undefined),
      };
    } catch (error) {
      discovered = undefined;
      throw asAuthError(error, issuer, timeout);
    }
  };
}

/** Creates a source of configured keys, which never change. */
export function staticSource(jwks: unknown, algorithms: readonly Algorithm[]): KeySource {
  return async () => ({
    keySet: await readKeySet(jwks, algorithms),
    lifetime: Number.POSITIVE_INFINITY,
    etag: undefined,
  });
}

function asAuthError(error: unknown, issuer: string, timeout: number): AuthError {
  if (error instanceof AuthError) return error;
  return new AuthError(
    'keys_unavailable',
    `no keys from "${printable(issuer)}": ${describeFailure(error, timeout)}`,
    { cause: error },
  );
}
