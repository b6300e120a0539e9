import { PluggedIssuer } from './plugged-issuer.js';

export interface Issuers {
  readonly authgear: PluggedIssuer;
  readonly authpi: PluggedIssuer;
}

export type IssuerId = keyof Issuers;

/** The injection token of `Issuers`. */
export const ISSUERS = Symbol('issuers');

/** Starts two issuers with real keys, on free ports of loopback. */
export async function startIssuers(): Promise<Issuers> {
  const [authgear, authpi] = await Promise.all([
    PluggedIssuer.listen('authgear', 'Authgear'),
    PluggedIssuer.listen('authpi', 'AuthPI'),
  ]);
  return { authgear, authpi };
}
