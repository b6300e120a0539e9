/** The settings of a replica, from the environment. */
export interface Settings {
  readonly port: number;
  readonly issuer: string;
  readonly webhookSecret: string;
  readonly redisUrl: string;
}

export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const read = (name: string): string => {
    const value = env[name];
    if (value === undefined || value === '') throw new Error(`Set ${name}.`);
    return value;
  };
  return {
    port: Number(env['PORT'] ?? 0),
    issuer: read('AUTHGEAR_ISSUER'),
    webhookSecret: read('AUTHGEAR_WEBHOOK_SECRET'),
    redisUrl: read('REDIS_URL'),
  };
}
