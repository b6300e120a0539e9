import { readPort, type Environment } from '../../shared/settings.js';

/** The settings of the sample, from the environment. */
export interface Settings {
  readonly port: number;
  readonly pageUrl: string;
}

export function readSettings(env: Environment): Settings {
  const port = readPort(env, 'PORT', 3000);
  return { port, pageUrl: `http://localhost:${port}/` };
}
