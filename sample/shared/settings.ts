export type Environment = Readonly<Record<string, string | undefined>>;

/** A wrong setting. Its message says how to correct it. */
export class SettingsError extends Error {}

/** Reads the port that a variable names. An empty variable is an unset one: `PORT= npm start`. */
export function readPort(env: Environment, name: string, fallback: number): number {
  const value = env[name] ?? '';
  if (value === '') return fallback;
  const port = Number(value);
  if (!/^\d+$/.test(value) || port < 1 || port > 65_535) {
    throw new SettingsError(
      `${name} is "${value}", which is not a port. Set it to a number from 1 to 65535.`,
    );
  }
  return port;
}
