import { AuthError } from '../errors.js';
import type { JsonObject } from '../types.js';

/** The type that a claim must have wherever it stands. */
export type ClaimType = 'name' | 'number' | 'string' | 'boolean' | 'strings' | 'string or strings';

/** Claim name → its type. */
export type ClaimTypes = Readonly<Record<string, ClaimType>>;

const isStrings = (value: unknown): boolean => Array.isArray(value) && value.every((item) => typeof item === 'string');

const checks: Readonly<Record<ClaimType, { readonly holds: (value: unknown) => boolean; readonly words: string }>> = {
  name: { holds: (value) => typeof value === 'string' && value !== '', words: 'a non-empty string' },
  number: { holds: (value) => typeof value === 'number' && Number.isFinite(value), words: 'a finite number' },
  string: { holds: (value) => typeof value === 'string', words: 'a string' },
  boolean: { holds: (value) => typeof value === 'boolean', words: 'a boolean' },
  strings: { holds: isStrings, words: 'an array of strings' },
  'string or strings': { holds: (value) => typeof value === 'string' || isStrings(value), words: 'a string or an array of strings' },
};

/** RFC 7519 section 4.1, RFC 9068 section 2.2: the registered claims that are read. */
export const registeredClaimTypes: ClaimTypes = {
  iss: 'name',
  sub: 'name',
  client_id: 'name',
  jti: 'name',
  aud: 'string or strings',
  exp: 'number',
  iat: 'number',
  nbf: 'number',
  auth_time: 'number',
  scope: 'string',
  amr: 'strings',
};

/** Throws `claim_invalid` for the first claim of the wrong type. A claim that is absent is not wrong. */
export function checkClaimTypes(claims: JsonObject, types: ClaimTypes): void {
  for (const [name, type] of Object.entries(types)) {
    if (!Object.hasOwn(claims, name)) continue;
    if (!checks[type].holds(claims[name])) {
      throw new AuthError('claim_invalid', `the claim "${name}" is not ${checks[type].words}`);
    }
  }
}
