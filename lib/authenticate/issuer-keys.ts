import type { TrustedIssuer } from '../core/issuer/issuer.js';
import { KeyStore, type KeyEvent } from '../core/keys/key-store.js';
import { remoteSource, staticSource } from '../core/keys/source.js';
import type { IssuerConfig } from '../options/resolve-issuer.js';
import type { ResolvedOptions } from '../options/resolve.js';

/** A trusted issuer with its own keys: the keys of two issuers never mix. */
export interface IssuerWithKeys {
  readonly issuer: TrustedIssuer;
  readonly keys: KeyStore;
  /** Whether the keys were configured and not fetched. */
  readonly isStatic: boolean;
}

/** Assembles the keys of one issuer: where they come from, how long they live, who hears of it. */
export function createIssuerWithKeys(
  origin: IssuerConfig,
  options: ResolvedOptions,
  onEvent: (event: KeyEvent) => void,
): IssuerWithKeys {
  const { issuer, metadataUrl, jwksUri, jwks, allowInsecure } = origin;
  const { keys, clock, fetch } = options;
  const policy = { ...keys, cooldown: keys.cooldown ?? issuer.profile.cooldown };
  const common = { issuer: issuer.issuer, algorithms: issuer.algorithms };
  const source =
    jwks === undefined
      ? remoteSource({
          ...common,
          metadataUrl,
          jwksUri,
          allowInsecure,
          lifetime: policy,
          timeout: keys.timeout,
          fetch,
        })
      : staticSource(jwks, issuer.algorithms);
  return {
    issuer,
    keys: new KeyStore({
      issuer: issuer.issuer,
      source,
      policy,
      clock,
      onEvent,
      random: Math.random,
    }),
    isStatic: jwks !== undefined,
  };
}
