/** What the environment decides, read once. */
export interface Settings {
  /** Where the application listens, on loopback; 0 takes a free port. */
  readonly port: number;
  /** The endpoint of the Authgear project. */
  readonly issuer: string;
  /** What machines' tokens are for. Persons come with a session, which Authgear itself looks at. */
  readonly audience: string;
  /** What nginx proves itself with. It has no default: a secret that stands in a repository is none. */
  readonly proxySecret: string;
}

/** A mistake of the person at the terminal: its message is all they need. */
export class SettingsError extends Error {}

type Environment = Readonly<Record<string, string | undefined>>;

export function readSettings(env: Environment): Settings {
  return {
    port: readPort(env, 3001),
    issuer: env['ISSUER'] || 'http://127.0.0.1:3002',
    audience: env['AUDIENCE'] || 'https://api.example',
    proxySecret: env['PROXY_SECRET'] ?? '',
  };
}

/** An empty variable is an unset one: `PORT= npm run start:behind-nginx`. */
export function readPort(env: Environment, fallback: number): number {
  const value = env['PORT'] || String(fallback);
  if (/^\d{1,5}$/.test(value) && Number(value) <= 65_535) return Number(value);
  throw new SettingsError(
    `PORT is "${value}", which is not a port. Set it to a number from 1 to 65535.`,
  );
}

/** A port that cannot be had becomes a message that says what to do. */
export function explainPort(error: unknown, port: number): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    return new SettingsError(`Port ${port} is taken. Set PORT to a free one.`);
  if (code === 'EACCES')
    return new SettingsError(`Port ${port} is not allowed for you. Set PORT to one above 1023.`);
  return error;
}
