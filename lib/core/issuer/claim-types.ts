import { AuthError } from '../errors.js';
import type { JsonObject } from '../types.js';

/** The required type of a claim. */
export type ClaimType = 'name' | 'number' | 'string' | 'boolean' | 'strings' | 'string or strings';

interface Type {
  readonly holds: (value: unknown) => boolean;
  readonly words: string;
}

/** A claim and its required type. */
export interface ClaimRule extends Type {
  readonly name: string;
}

const isStrings = (value: unknown): boolean =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

const types: Readonly<Record<ClaimType, Type>> = {
  name: {
    holds: (value) => typeof value === 'string' && value !== '',
    words: 'a non-empty string',
  },
  number: {
    holds: (value) => typeof value === 'number' && Number.isFinite(value),
    words: 'a finite number',
  },
  string: { holds: (value) => typeof value === 'string', words: 'a string' },
  boolean: { holds: (value) => typeof value === 'boolean', words: 'a boolean' },
  strings: { holds: isStrings, words: 'an array of strings' },
  'string or strings': {
    holds: (value) => typeof value === 'string' || isStrings(value),
    words: 'a string or an array of strings',
  },
};

/** Creates rules from claim names and types. */
export function claimRules(claims: Readonly<Record<string, ClaimType>>): readonly ClaimRule[] {
  return Object.entries(claims).map(([name, type]) => ({ name, ...types[type] }));
}

/**
 * Throws `claim_invalid` for the first registered claim with the wrong type (RFC 7519 section 4.1,
 * RFC 9068 section 2.2). Checks only the claims that this module reads. The claims are spelled out
 * because static property access is several times as fast as a table.
 */
export function checkRegisteredClaims({
  iss,
  sub,
  client_id,
  jti,
  aud,
  exp,
  iat,
  nbf,
  auth_time,
  scope,
  amr,
}: JsonObject): void {
  check('iss', iss, types.name);
  check('sub', sub, types.name);
  check('client_id', client_id, types.name);
  check('jti', jti, types.name);
  check('aud', aud, types['string or strings']);
  check('exp', exp, types.number);
  check('iat', iat, types.number);
  check('nbf', nbf, types.number);
  check('auth_time', auth_time, types.number);
  check('scope', scope, types.string);
  check('amr', amr, types.strings);
}

/** Throws `claim_invalid` for the first claim with the wrong type. */
export function checkClaimTypes(claims: JsonObject, rules: readonly ClaimRule[]): void {
  for (const rule of rules) check(rule.name, claims[rule.name], rule);
}

/** Accepts an absent claim, which is `undefined`: JSON has no such value. */
function check(name: string, value: unknown, { holds, words }: Type): void {
  if (value !== undefined && !holds(value))
    throw new AuthError('claim_invalid', `the claim "${name}" is not ${words}`);
}
