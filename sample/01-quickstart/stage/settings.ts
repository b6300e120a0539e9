import { readPort, SettingsError, type Environment } from '../../shared/settings.js';

/** The settings of the sample, from the environment. */
export interface Settings {
  readonly port: number;
  readonly issuerPort: number;
  /** The address of the page, which is also the redirect URI of its sign-in. */
  readonly pageUrl: string;
  readonly issuer: string;
  readonly clientId: string;
  /** The scopes of a first sign-in. The page requests more scopes when a route needs them. */
  readonly scopes: readonly string[];
  /** Whether the issuer is the built-in OpenID provider, and not an Authgear project. */
  readonly embedded: boolean;
}

export function readSettings(env: Environment): Settings {
  const port = readPort(env, 'PORT', 3000);
  const issuerPort = readPort(env, 'ISSUER_PORT', 3001);
  const pageUrl = `http://localhost:${port}/`;
  const common = { port, issuerPort, pageUrl };

  // An empty variable is an unset one: `AUTHGEAR_ENDPOINT= npm start`.
  const endpoint = env['AUTHGEAR_ENDPOINT'] || undefined;
  const clientId = env['AUTHGEAR_CLIENT_ID'] || undefined;
  if (endpoint !== undefined && clientId !== undefined) {
    const scopes = ['openid', 'offline_access', 'https://authgear.com/scopes/full-access'];
    return { ...common, issuer: endpoint, clientId, scopes, embedded: false };
  }
  if (endpoint !== undefined) throw missing('AUTHGEAR_ENDPOINT', 'AUTHGEAR_CLIENT_ID');
  if (clientId !== undefined) throw missing('AUTHGEAR_CLIENT_ID', 'AUTHGEAR_ENDPOINT');

  if (port === issuerPort) {
    throw new SettingsError(
      `PORT and ISSUER_PORT are both ${port}. Set one of them to another port.`,
    );
  }
  return {
    ...common,
    issuer: `http://localhost:${issuerPort}`,
    clientId: 'quickstart',
    scopes: ['openid', 'offline_access'],
    embedded: true,
  };
}

function missing(set: string, unset: string): SettingsError {
  return new SettingsError(
    `${set} is set and ${unset} is not. ` +
      'Set both to use an Authgear project, or neither for the built-in provider.',
  );
}
