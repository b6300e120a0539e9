// What is verified without HTTP, by whom, and how many at a time.
import { OURS, OURS_UNCACHED } from '../library.mjs';

/** Tokens that come again and again. */
const SEEN = 100;
const AT_ONCE = 64;

const peers = ['jose', 'fast-jwt', 'aws-jwt-verify'];

const seen = {
  algorithm: 'RS256',
  kind: 'good',
  distinct: SEEN,
  names: [OURS, 'jose', 'fast-jwt, cache'],
};
const fresh = {
  kind: 'good',
  names: [OURS, OURS_UNCACHED, ...peers, 'crypto.verify + JSON.parse'],
};
const refusals = { algorithm: 'RS256', atOnce: 1, names: [OURS, ...peers] };

export const algorithms = ['RS256', 'ES256', 'EdDSA'];

export const scenes = {
  'seen, alone': { ...seen, atOnce: 1 },
  'seen, at once': { ...seen, atOnce: AT_ONCE },
  ...Object.fromEntries(
    algorithms.flatMap((algorithm) => [
      [`${algorithm}, alone`, { ...fresh, algorithm, atOnce: 1 }],
      [`${algorithm}, at once`, { ...fresh, algorithm, atOnce: AT_ONCE }],
    ]),
  ),
  ...Object.fromEntries(
    ['garbage', 'expired', 'wrong audience'].map((kind) => [kind, { ...refusals, kind }]),
  ),
  'unknown key': {
    ...refusals,
    kind: 'unknown key',
    names: [OURS, 'jose', 'fast-jwt, key by kid', 'aws-jwt-verify'],
  },
  'bad signature': {
    ...refusals,
    kind: 'bad signature',
    names: [...refusals.names, 'crypto.verify'],
  },
};
