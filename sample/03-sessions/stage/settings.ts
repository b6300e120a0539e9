/** What the environment decides, read once. */
export interface Settings {
  readonly port: number;
  readonly pageUrl: string;
  /** Seconds, of the option `resolver.cacheFor`. */
  readonly cacheFor: number;
  /** Seconds, of `@MaxStaleness()`. */
  readonly maxStaleness: number;
}

/** A mistake of the person at the terminal: its message is all they need. */
export class SettingsError extends Error {}

type Environment = Readonly<Record<string, string | undefined>>;

export function readSettings(env: Environment): Settings {
  const port = readPort(env['PORT']);
  return {
    port,
    pageUrl: `http://localhost:${port}/`,
    cacheFor: readSeconds(env, 'CACHE_FOR', 5),
    maxStaleness: readSeconds(env, 'MAX_STALENESS', 10),
  };
}

/** An empty variable is an unset one: `PORT= npm run start:sessions`. */
function readPort(value = ''): number {
  if (value === '') return 3000;
  const port = Number(value);
  if (!/^\d+$/.test(value) || port < 1 || port > 65_535) {
    throw new SettingsError(
      `PORT is "${value}", which is not a port. Set it to a number from 1 to 65535.`,
    );
  }
  return port;
}

function readSeconds(env: Environment, name: string, preset: number): number {
  const value = env[name] ?? '';
  if (value === '') return preset;
  const seconds = Number(value);
  // 60 is the most that `cacheFor` allows, and nobody wants to look at a timeline for longer.
  if (!/^\d+$/.test(value) || seconds < 1 || seconds > 60) {
    throw new SettingsError(`${name} is "${value}". Set it to whole seconds, from 1 to 60.`);
  }
  return seconds;
}
