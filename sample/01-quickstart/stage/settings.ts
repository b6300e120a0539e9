/** What the environment decides, read once. */
export interface Settings {
  readonly port: number;
  readonly issuerPort: number;
  /** Where the page is; also the redirect URI of its sign-in. */
  readonly pageUrl: string;
  readonly issuer: string;
  readonly clientId: string;
  /** What the page asks for when somebody signs in. Anything more is asked for when a route demands it. */
  readonly scopes: readonly string[];
  /** Whether the sample runs an OpenID provider of its own, or points at an Authgear project. */
  readonly embedded: boolean;
}

/** A mistake of the person at the terminal: its message is all they need. */
export class SettingsError extends Error {}

export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const port = readPort(env, 'PORT', 3000);
  const issuerPort = readPort(env, 'ISSUER_PORT', 3001);
  const pageUrl = `http://localhost:${port}/`;

  // An empty variable is an unset one: `AUTHGEAR_ENDPOINT= npm start`.
  const endpoint = env['AUTHGEAR_ENDPOINT'] || undefined;
  const clientId = env['AUTHGEAR_CLIENT_ID'] || undefined;
  if (endpoint !== undefined && clientId !== undefined) {
    const scopes = ['openid', 'offline_access', 'https://authgear.com/scopes/full-access'];
    return { port, issuerPort, pageUrl, issuer: endpoint, clientId, scopes, embedded: false };
  }
  if (endpoint !== undefined || clientId !== undefined) {
    const [set, missing] =
      endpoint === undefined
        ? ['AUTHGEAR_CLIENT_ID', 'AUTHGEAR_ENDPOINT']
        : ['AUTHGEAR_ENDPOINT', 'AUTHGEAR_CLIENT_ID'];
    throw new SettingsError(
      `${set} is set and ${missing} is not. Set both to use an Authgear project, or neither for the built-in provider.`,
    );
  }

  if (port === issuerPort)
    throw new SettingsError(
      `PORT and ISSUER_PORT are both ${port}. Set one of them to another port.`,
    );
  const scopes = ['openid', 'offline_access'];
  return {
    port,
    issuerPort,
    pageUrl,
    issuer: `http://localhost:${issuerPort}`,
    clientId: 'quickstart',
    scopes,
    embedded: true,
  };
}

function readPort(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
  fallback: number,
): number {
  const value = env[name];
  if (value === undefined || value === '') return fallback;
  const port = Number(value);
  if (!/^\d+$/.test(value) || port < 1 || port > 65_535) {
    throw new SettingsError(
      `${name} is "${value}", which is not a port. Set it to a number from 1 to 65535.`,
    );
  }
  return port;
}
