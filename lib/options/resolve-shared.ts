import { Logger, type LoggerService } from '@nestjs/common';
import { systemClock, type Clock } from '../core/clock.js';
import type { Fetch } from '../core/http.js';
import { nodeFetch } from '../core/node-fetch.js';
import { isJsonObject, isName } from '../core/types.js';
import { reservedNames, type AuthenticationStrategy, type RevocationStore } from './contracts.js';
import type { OptionReader } from './option-reader.js';
import type { SharedOptions } from './options.js';
import { resolveKeys, type KeyTimes } from './resolve-keys.js';

const DEFAULT_TOKENS = 10_000;
/** A cache of this size takes some gigabytes. */
const MAX_TOKENS = 1_000_000;

/** How many verified tokens are cached; `false` for none. */
export type TokenCacheSize = { readonly max: number } | false;

/** Where revocation records are kept, and for how long. Times in milliseconds. */
export interface RevocationRules {
  readonly store: RevocationStore | undefined;
  readonly onStoreFailure: 'closed' | 'open';
  readonly keepFor: number;
}

/** The checked shared options. Times in milliseconds unless noted otherwise. */
export interface SharedRules {
  readonly keys: KeyTimes;
  /** Seconds. `undefined`: tokens are valid until they expire. */
  readonly maxStaleness: number | undefined;
  readonly revocation: RevocationRules;
  readonly strategies: readonly AuthenticationStrategy[];
  readonly tokenCache: TokenCacheSize;
  readonly failFast: boolean;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly logger: LoggerService;
}

/** The names of the options that apply to the whole module. */
export const sharedOptionNames: readonly string[] = Object.keys({
  keys: true,
  maxStaleness: true,
  revocation: true,
  strategies: true,
  tokenCache: true,
  failFast: true,
  fetch: true,
  clock: true,
  logger: true,
} satisfies Record<keyof SharedOptions, true>);

export function resolveShared(reader: OptionReader): SharedRules {
  return {
    keys: resolveKeys(reader),
    maxStaleness: readMaxStaleness(reader),
    revocation: readRevocation(reader),
    strategies: readStrategies(reader),
    tokenCache: readTokenCache(reader),
    failFast: reader.flag('failFast'),
    fetch: (reader.function('fetch') as Fetch | undefined) ?? nodeFetch,
    clock: (reader.function('clock') as Clock | undefined) ?? systemClock,
    logger: readLogger(reader) ?? new Logger('Authgear'),
  };
}

function readMaxStaleness(reader: OptionReader): number | undefined {
  if (reader.given['maxStaleness'] === undefined) return undefined;
  return reader.time('maxStaleness', 0) / 1000;
}

function readRevocation(reader: OptionReader): RevocationRules {
  const revocation = reader.object('revocation', ['store', 'onStoreFailure', 'keepFor']);
  const { store, onStoreFailure = 'closed' } = revocation.given;
  if (store !== undefined && !isStore(store)) {
    const fix = 'It must have the methods get and set, like Keyv.';
    revocation.report('store', typeof store, fix);
  }
  if (onStoreFailure !== 'closed' && onStoreFailure !== 'open') {
    revocation.report('onStoreFailure', onStoreFailure, "It must be 'closed' or 'open'.");
  }
  return {
    store: isStore(store) ? store : undefined,
    onStoreFailure: onStoreFailure === 'open' ? 'open' : 'closed',
    keepFor: revocation.time('keepFor', '24h'),
  };
}

function isStore(given: unknown): given is RevocationStore {
  const { get, set } = (given ?? {}) as Partial<RevocationStore>;
  return typeof get === 'function' && typeof set === 'function';
}

function readStrategies(reader: OptionReader): readonly AuthenticationStrategy[] {
  const { strategies: given = [] } = reader.given;
  if (Array.isArray(given) && given.every(isStrategy)) {
    const names = new Set(given.map(({ name }) => name));
    if (names.size === given.length) return given;
  }
  const fix = 'It must be a list of objects with extract, authenticate and a unique name.';
  reader.report('strategies', typeof given, fix);
  return [];
}

function isStrategy(given: unknown): given is AuthenticationStrategy {
  const { name, extract, authenticate } = (given ?? {}) as Partial<AuthenticationStrategy>;
  const isFree = isName(name) && !reservedNames.includes(name);
  return isFree && typeof extract === 'function' && typeof authenticate === 'function';
}

function readTokenCache(reader: OptionReader): TokenCacheSize {
  const { tokenCache: given = {} } = reader.given;
  if (given === false) return false;
  if (!isJsonObject(given)) {
    reader.report('tokenCache', given, `It must be { max: ${DEFAULT_TOKENS} }, or false.`);
    return false;
  }
  const cache = reader.object('tokenCache', ['max']);
  const { max = DEFAULT_TOKENS } = cache.given;
  const isCount = typeof max === 'number' && Number.isInteger(max) && max >= 1;
  if (isCount && max <= MAX_TOKENS) return { max };
  const fix = `Use an integer from 1 to ${MAX_TOKENS}; tokenCache: false disables the cache.`;
  cache.report('max', max, fix);
  return false;
}

function readLogger(reader: OptionReader): LoggerService | undefined {
  const { logger: given } = reader.given;
  if (given === undefined || isLogger(given)) return given;
  const fix = "It must have the methods log, warn and error, like Nest's Logger.";
  reader.report('logger', typeof given, fix);
  return undefined;
}

function isLogger(given: unknown): given is LoggerService {
  const { log, warn, error } = (given ?? {}) as Partial<LoggerService>;
  return [log, warn, error].every((method) => typeof method === 'function');
}
