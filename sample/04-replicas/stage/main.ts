import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { TestIssuer } from 'nestjs-authgear/testing';

const REDIS_PORT = 6390;

/** Redis, an Authgear that is made of nothing but its addresses, and two replicas of the API. */
async function main(): Promise<void> {
  const children: ChildProcess[] = [];
  const issuer = await TestIssuer.listen();
  const redisUrl = process.env['REDIS_URL'] ?? (await startRedis(children));
  const env = {
    ...process.env,
    AUTHGEAR_ISSUER: issuer.issuer,
    AUTHGEAR_WEBHOOK_SECRET: issuer.webhooks.secret,
    REDIS_URL: redisUrl,
  };
  const [first, second] = await Promise.all([
    startReplica(env, children),
    startReplica(env, children),
  ]);

  const stop = () => {
    for (const child of children) child.kill();
    void issuer.close();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);

  const { body, headers } = issuer.webhook('user.disabled', 'alice');
  const webhookHeaders = Object.entries<string>(headers).map(
    ([name, value]) => `-H '${name}: ${value}'`,
  );
  console.log(
    [
      '',
      'Alice calls the second replica:',
      `  curl -i ${second}/me -H 'Authorization: Bearer ${issuer.accessToken({ sub: 'alice' })}'`,
      '',
      'Authgear disables her, and tells the first one:',
      `  curl -i ${first}/authgear/webhooks ${webhookHeaders.join(' ')} -d '${body}'`,
      '',
      'A second later the second one refuses her. Ctrl-C stops it all.',
      '',
    ].join('\n'),
  );
}

async function startRedis(children: ChildProcess[]): Promise<string> {
  const redis = spawn(
    'redis-server',
    ['--port', String(REDIS_PORT), '--bind', '127.0.0.1', '--save', '', '--loglevel', 'warning'],
    {
      stdio: 'inherit',
    },
  );
  children.push(redis);
  await once(redis, 'spawn').catch(() => {
    throw new Error(
      'redis-server is not there: install it (apt-get install redis-server), or set REDIS_URL',
    );
  });
  return `redis://127.0.0.1:${REDIS_PORT}`;
}

async function startReplica(env: NodeJS.ProcessEnv, children: ChildProcess[]): Promise<string> {
  const child = fork(join(__dirname, 'replica.js'), { env });
  children.push(child);
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  return url;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
