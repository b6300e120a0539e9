import type { KeyEvent } from '../core/keys/key-store.js';
import { KeyStore } from '../core/keys/key-store.js';
import { remoteSource, staticSource } from '../core/keys/source.js';
import type { KeyOrigin, ResolvedOptions } from '../options/resolve.js';

/** One store per issuer, so that the keys of two issuers never mix. */
export function createKeyStores(options: ResolvedOptions, onEvent: (event: KeyEvent) => void): ReadonlyMap<string, KeyStore> {
  return new Map(options.issuers.map((origin) => [origin.issuer.issuer, createKeyStore(origin, options, onEvent)]));
}

function createKeyStore(origin: KeyOrigin, { keys, clock, fetch }: ResolvedOptions, onEvent: (event: KeyEvent) => void): KeyStore {
  const { issuer, algorithms } = origin.issuer;
  const { metadataUrl, jwksUri, jwks, allowInsecure } = origin;
  const source =
    jwks === undefined
      ? remoteSource({ issuer, metadataUrl, jwksUri, allowInsecure, algorithms, lifetime: keys, timeout: keys.timeout, fetch })
      : staticSource(jwks, algorithms);
  return new KeyStore({ issuer, source, policy: keys, clock, onEvent, random: Math.random });
}
