import { randomUUID } from 'node:crypto';
import type { AccessTokenFields } from 'nestjs-authgear/testing';
import { AUDIENCE } from '../names.js';
import type { Issuers } from './issuers.js';

/**
 * Twelve hours in place of thirty minutes: whoever moves the clock on by an hour shall see what becomes of the keys, and not a token that has
 * expired.
 */
const expiresIn = 12 * 3600;

type GiveToken = (issuers: Issuers, fields: AccessTokenFields) => string;

/** Who can call, and the token that each of them gets. */
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

/** With `unknownKey`, a token that is right in all but this: it names a key that nobody has. */
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
