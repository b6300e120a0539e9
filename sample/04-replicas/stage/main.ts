import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { TestIssuer } from 'nestjs-authgear/testing';
import { SettingsError } from '../../shared/settings.js';
import { bold, format, run, stopOnSignal } from '../../shared/terminal.js';

const REDIS_PORT = 6390;

/** Starts Redis, a fake Authgear and two replicas. */
run(async () => {
  const children: ChildProcess[] = [];
  const issuer = await TestIssuer.listen();
  const stop = async (): Promise<void> => {
    for (const child of children) child.kill();
    await issuer.close();
  };
  stopOnSignal(stop);
  try {
    const env = {
      ...process.env,
      PORT: '0',
      AUTHGEAR_ISSUER: issuer.issuer,
      AUTHGEAR_WEBHOOK_SECRET: issuer.webhooks.secret,
      REDIS_URL: process.env['REDIS_URL'] ?? (await startRedis(children)),
    };
    const replicas = [startReplica(env, children), startReplica(env, children)] as const;
    console.log(welcome(issuer, ...(await Promise.all(replicas))));
  } catch (error) {
    await stop();
    throw error;
  }
});

async function startRedis(children: ChildProcess[]): Promise<string> {
  const args = ['--port', String(REDIS_PORT), '--bind', '127.0.0.1', '--save', ''];
  const redis = spawn('redis-server', [...args, '--loglevel', 'warning'], { stdio: 'inherit' });
  try {
    await once(redis, 'spawn');
  } catch {
    throw new SettingsError(
      'redis-server is not installed. Install it (apt-get install redis-server), or set REDIS_URL.',
    );
  }
  children.push(redis);
  return `redis://127.0.0.1:${REDIS_PORT}`;
}

/** Returns the address of the replica, which the replica prints. */
function startReplica(env: NodeJS.ProcessEnv, children: ChildProcess[]): Promise<string> {
  const main = join(__dirname, '../app/main.js');
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const url = /^The replica listens at (\S+)$/.exec(line)?.[1];
      if (url === undefined) console.log(line);
      else resolve(url);
    });
    child.once('exit', () => reject(new SettingsError('A replica stopped during its start.')));
  });
}

/** The commands have single quotes, because the body of a webhook is JSON. */
function welcome(issuer: TestIssuer, first: string, second: string): string {
  const token = issuer.accessToken({ sub: 'alice' });
  const { body, headers } = issuer.webhook('user.disabled', 'alice');
  const fields = Object.entries<string>(headers).map(([name, value]) => `-H '${name}: ${value}'`);
  return format([
    bold('nestjs-authgear, two replicas'),
    '',
    'Alice calls the second replica:',
    '',
    `curl -i ${second}/me -H 'Authorization: Bearer ${token}'`,
    '',
    'Authgear disables her account, and sends the webhook to the first replica:',
    '',
    `curl -i ${first}/authgear/webhooks ${fields.join(' ')} -d '${body}'`,
    '',
    'One second later, the second replica refuses her token.',
  ]);
}
