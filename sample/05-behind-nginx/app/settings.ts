/** The settings of the application, from the environment. */
export interface Settings {
  /** The port on loopback. 0 selects a free port. */
  readonly port: number;
  /** The endpoint of the Authgear project. */
  readonly issuer: string;
  /** The audience of the tokens of machines. Users come with a session. */
  readonly audience: string;
  /** The secret that nginx sends. It has no default, because a default would not be secret. */
  readonly proxySecret: string;
}

export function readSettings(env: NodeJS.ProcessEnv): Settings {
  return {
    port: Number(env['PORT'] || 3001),
    issuer: env['ISSUER'] || 'http://127.0.0.1:3002',
    audience: env['AUDIENCE'] || 'https://api.example',
    proxySecret: env['PROXY_SECRET'] ?? '',
  };
}
