import * as fc from 'fast-check';
import { ISSUER, NOW } from './tokens.js';

const USER = 'https://authgear.com/claims/user';

const registered = [
  'iss',
  'aud',
  'exp',
  'iat',
  'nbf',
  'sub',
  'client_id',
  'jti',
  'scope',
  'auth_time',
  'amr',
  'cnf',
  '__proto__',
];
/** Claims that mean something to the verifier. */
export const knownClaims = [
  ...registered,
  ...['is_anonymous', 'is_verified', 'can_reauthenticate', 'roles'].map(
    (name) => `${USER}/${name}`,
  ),
];

const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
const times = fc.oneof(
  fc.integer({ min: 0, max: 100_000 }),
  fc.double({ min: 0, max: 100_000, noNaN: true }),
);

/** Claims that nobody reads: any names, any JSON. */
export const extraClaims = fc.dictionary(
  fc.string({ unit: 'grapheme', maxLength: 12 }).filter((key) => !knownClaims.includes(key)),
  fc.jsonValue({ maxDepth: 3 }),
  { maxKeys: 6, noNullPrototype: true },
);

/** Claims of an access token that is within the rules at NOW, in many shapes. */
export const goodClaims = fc
  .record(
    {
      aud: fc.oneof(
        fc.constant(ISSUER),
        fc
          .array(name, { maxLength: 4 })
          .chain((others) =>
            fc.shuffledSubarray([...others, ISSUER], { minLength: others.length + 1 }),
          ),
      ),
      exp: times.map((ahead) => NOW + 1 + ahead),
      iat: times.map((ago) => NOW - ago),
      sub: name,
      client_id: name,
      jti: name,
      nbf: times.map((ago) => NOW - ago),
      auth_time: times.map((ago) => NOW - ago),
      scope: fc
        .array(fc.stringMatching(/^[!#-[\]-~]{1,10}$/), { maxLength: 6 })
        .map((scopes) => scopes.join(' ')),
      amr: fc.array(name, { maxLength: 4 }),
      [`${USER}/roles`]: fc.array(name, { maxLength: 4 }),
      [`${USER}/is_anonymous`]: fc.boolean(),
      [`${USER}/is_verified`]: fc.boolean(),
      [`${USER}/can_reauthenticate`]: fc.boolean(),
    },
    { requiredKeys: ['aud', 'exp', 'iat', 'sub', 'client_id', 'jti'] },
  )
  .chain((claims) =>
    extraClaims.map((extra): Record<string, unknown> => ({ ...extra, ...claims, iss: ISSUER })),
  );
