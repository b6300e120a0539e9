/** What the environment decides, read once. */
export interface Settings {
  readonly port: number;
  readonly pageUrl: string;
}

/** A mistake of the person at the terminal: its message is all they need. */
export class SettingsError extends Error {}

export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const port = readPort(env['PORT']);
  return { port, pageUrl: `http://localhost:${port}/` };
}

/** An empty variable is an unset one: `PORT= npm run start:two-issuers`. */
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
