import { randomUUID } from 'node:crypto';
import type { AccessTokenFields } from 'nestjs-authgear/testing';
import { AUDIENCE } from '../app/names.js';
import type { Issuers } from './issuers.js';

/** 12 hours, not 30 minutes: an advanced clock shows the lifetime of keys, not of tokens. */
const expiresIn = 12 * 3600;

type GiveToken = (issuers: Issuers, fields: AccessTokenFields) => string;

/** The callers, and the token of each. */
export const callers = {
  ada: ({ authgear }, fields) =>
    authgear.tokens.accessToken({ sub: 'ada', scope: 'openid', ...fields }),
  job: ({ authpi }, fields) =>
    authpi.tokens.machineToken({
      clientId: 'c_nightly',
      audience: AUDIENCE,
      scope: 'run:backups',
      ...fields,
    }),
  grace: ({ authpi }, fields) =>
    authpi.tokens.accessToken({
      sub: 'usr_grace',
      audience: AUDIENCE,
      organizations: [{ id: 'org_engines', title: 'Engines Ltd', scopes: ['billing:read'] }],
      ...fields,
    }),
} as const satisfies Record<string, GiveToken>;

export type CallerId = keyof typeof callers;

/** With `unknownKey`, the token is valid except that it names a key that no issuer has. */
export function giveToken(
  caller: CallerId,
  issuers: Issuers,
  { unknownKey }: { unknownKey: boolean },
): string {
  return callers[caller](issuers, {
    expiresIn,
    ...(unknownKey ? { header: { kid: randomUUID() } } : {}),
  });
}
