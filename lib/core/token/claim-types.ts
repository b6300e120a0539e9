import { AuthError } from '../errors.js';
import type { JsonObject } from '../types.js';

/** The type that a claim must have wherever it stands. */
export type ClaimType = 'name' | 'number' | 'string' | 'boolean' | 'strings' | 'string or strings';

/** A claim and the type it must have; made once by {@link claimRules}, walked for every token. */
export interface ClaimRule {
  readonly name: string;
  readonly holds: (value: unknown) => boolean;
  readonly words: string;
}

const isStrings = (value: unknown): boolean => Array.isArray(value) && value.every((item) => typeof item === 'string');

const checks: Readonly<Record<ClaimType, { readonly holds: (value: unknown) => boolean; readonly words: string }>> = {
  name: { holds: (value) => typeof value === 'string' && value !== '', words: 'a non-empty string' },
  number: { holds: (value) => typeof value === 'number' && Number.isFinite(value), words: 'a finite number' },
  string: { holds: (value) => typeof value === 'string', words: 'a string' },
  boolean: { holds: (value) => typeof value === 'boolean', words: 'a boolean' },
  strings: { holds: isStrings, words: 'an array of strings' },
  'string or strings': { holds: (value) => typeof value === 'string' || isStrings(value), words: 'a string or an array of strings' },
};

/** Makes rules of claim name → type. */
export function claimRules(types: Readonly<Record<string, ClaimType>>): readonly ClaimRule[] {
  return Object.entries(types).map(([name, type]) => ({ name, ...checks[type] }));
}

/** RFC 7519 section 4.1, RFC 9068 section 2.2: the registered claims that are read. */
export const registeredClaims = claimRules({
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
});

/** Throws `claim_invalid` for the first claim of the wrong type. A claim that is absent is not wrong. */
export function checkClaimTypes(claims: JsonObject, rules: readonly ClaimRule[]): void {
  for (const { name, holds, words } of rules) {
    // JSON has no undefined: this is "absent".
    if (claims[name] !== undefined && !holds(claims[name])) throw new AuthError('claim_invalid', `the claim "${name}" is not ${words}`);
  }
}
