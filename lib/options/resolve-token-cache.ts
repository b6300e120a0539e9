import { isJsonObject } from '../core/types.js';
import { checkKnown } from './option-reader.js';
import type { Problems } from './problems.js';

/** How many verified tokens are kept; `false`: none. */
export type TokenCacheSize = { readonly max: number } | false;

const DEFAULT_MAX = 1_000;
/** Some gigabytes. */
const MOST = 1_000_000;

export function resolveTokenCache(given: unknown, problems: Problems): TokenCacheSize {
  if (given === false) return false;
  const options = given === undefined ? {} : given;
  if (!isJsonObject(options)) {
    problems.add('tokenCache', given, 'It must be { max: 1000 }, or false.');
    return false;
  }
  checkKnown('tokenCache.', options, ['max'], problems);
  const { max = DEFAULT_MAX } = options;
  if (Number.isInteger(max) && (max as number) >= 1 && (max as number) <= MOST)
    return { max: max as number };
  problems.add(
    'tokenCache.max',
    max,
    `It must be a whole number from 1 to ${MOST}; tokenCache: false switches the cache off.`,
  );
  return false;
}
