import { KeyStore, type KeyEvent } from '../core/keys/key-store.js';
import { remoteSource, staticSource, type KeySource } from '../core/keys/source.js';
import type { KeyedIssuer } from '../core/token/verify.js';
import type { IssuerConfig, IssuerRules } from '../options/resolve-issuer.js';
import type { ResolvedOptions } from '../options/resolve.js';

/** A trusted issuer with its own key store. Issuers never share keys. */
export interface IssuerWithKeys extends KeyedIssuer<IssuerRules> {
  readonly keys: KeyStore;
  /** Whether the keys are configured, and so never fetched. */
  readonly isStatic: boolean;
}

/** Creates the key store of one issuer. `onEvent` receives its key events. */
export function createIssuerWithKeys(
  config: IssuerConfig,
  options: ResolvedOptions,
  onEvent: (event: KeyEvent) => void,
): IssuerWithKeys {
  const { issuer, jwks } = config;
  const { keys, clock } = options;
  const keyStore = new KeyStore({
    issuer: issuer.issuer,
    source: createSource(config, options),
    policy: { ...keys, cooldown: keys.cooldown ?? issuer.profile.cooldown },
    clock,
    onEvent,
    random: Math.random,
  });
  return { issuer, keys: keyStore, isStatic: jwks !== undefined };
}

function createSource(config: IssuerConfig, { keys, fetch }: ResolvedOptions): KeySource {
  const { issuer, metadataUrl, jwksUri, jwks, allowInsecure } = config;
  const { issuer: name, algorithms } = issuer;
  if (jwks !== undefined) return staticSource(jwks, algorithms);
  return remoteSource({
    issuer: name,
    algorithms,
    metadataUrl,
    jwksUri,
    allowInsecure,
    lifetime: keys,
    timeout: keys.timeout,
    fetch,
  });
}
