import { readPort, SettingsError, type Environment } from '../../shared/settings.js';

/** The settings of the sample, from the environment. */
export interface Settings {
  readonly port: number;
  readonly pageUrl: string;
  /** Seconds, of the option `resolver.cacheFor`. */
  readonly cacheFor: number;
  /** Seconds, of `@MaxStaleness()`. */
  readonly maxStaleness: number;
}

export function readSettings(env: Environment): Settings {
  const port = readPort(env, 'PORT', 3000);
  return {
    port,
    pageUrl: `http://localhost:${port}/`,
    cacheFor: readSeconds(env, 'CACHE_FOR', 5),
    maxStaleness: readSeconds(env, 'MAX_STALENESS', 10),
  };
}

function readSeconds(env: Environment, name: string, fallback: number): number {
  const value = env[name] ?? '';
  if (value === '') return fallback;
  const seconds = Number(value);
  // 60 is the maximum of `cacheFor`.
  if (!/^\d+$/.test(value) || seconds < 1 || seconds > 60) {
    throw new SettingsError(`${name} is "${value}". Set it to whole seconds, from 1 to 60.`);
  }
  return seconds;
}
