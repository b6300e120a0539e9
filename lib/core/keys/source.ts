import type { Algorithm } from '../crypto/algorithms.js';
import { AuthError } from '../errors.js';
import { deadline, describeFailure, getJson, type Fetch } from '../http.js';
import { discoverJwksUri, type DiscoveryTarget } from '../issuer/discovery.js';
import { readKeySet, type KeySet } from './key-set.js';
import { lifetimeOf, type LifetimeBounds } from './lifetime.js';

/**
 * A key set as it came from a source. `keySet` is absent when the one with the given `etag` still
 * holds.
 */
export interface FetchedKeySet {
  readonly keySet: KeySet | undefined;
  /** Milliseconds that the set may be used. */
  readonly lifetime: number;
  readonly etag: string | undefined;
}

/**
 * Gets a key set. Rejects with an {@link AuthError} and with nothing else. `closing` ends it early.
 */
export type KeySource = (etag: string | undefined, closing?: AbortSignal) => Promise<FetchedKeySet>;

export interface RemoteSourceOptions extends DiscoveryTarget {
  /** The address of the keys, when it is configured; else it is discovered. */
  readonly jwksUri: string | undefined;
  readonly algorithms: readonly Algorithm[];
  readonly lifetime: LifetimeBounds;
  /** Milliseconds for metadata and keys of one fetch together. */
  readonly timeout: number;
  readonly fetch: Fetch;
}

/**
 * Keys over HTTP. The discovered address is remembered until it fails once: then the next attempt
 * looks again where the keys are.
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

/** Keys that were configured: they never change, and asking for an unknown one costs nothing. */
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
    `no keys from "${issuer}": ${describeFailure(error, timeout)}`,
    { cause: error },
  );
}
