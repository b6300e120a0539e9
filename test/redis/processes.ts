import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestIssuer } from '../../lib/testing/test-issuer.js';
import { freePort } from '../support/free-port.js';

const REPLICA = resolve('sample/dist/04-replicas/app/main.js');

/** Polls until a condition holds. Rejects with the last error after `within` milliseconds. */
export async function eventually<T>(within: number, ask: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + within;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((next) => setTimeout(next, 20));
    }
  }
}

/** A real redis-server that keeps nothing when it ends. */
export class Redis {
  private constructor(
    private readonly port: number,
    private readonly folder: string,
    private process: ChildProcess | undefined,
  ) {}

  static async start(): Promise<Redis> {
    const redis = new Redis(await freePort(), mkdtempSync(join(tmpdir(), 'redis-')), undefined);
    await redis.restart();
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async restart(): Promise<void> {
    const settings = {
      port: String(this.port),
      bind: '127.0.0.1',
      dir: this.folder,
      save: '',
      appendonly: 'no',
      loglevel: 'warning',
    };
    const child = spawn(
      'redis-server',
      Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    );
    this.process = child;
    await once(child, 'spawn');
    await eventually(5_000, () => reach(this.port));
  }

  async kill(): Promise<void> {
    const child = this.process;
    this.process = undefined;
    if (child === undefined) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** One replica of the sample, as a process of its own. */
export class Replica {
  /** What it wrote, to see why a test failed. */
  output = '';

  url = '';

  private constructor(private readonly child: ChildProcess) {}

  static async start(issuer: TestIssuer, redis: Redis): Promise<Replica> {
    const env = {
      ...process.env,
      AUTHGEAR_ISSUER: issuer.issuer,
      AUTHGEAR_WEBHOOK_SECRET: issuer.webhooks.secret,
      REDIS_URL: redis.url,
    };
    const child = spawn(process.execPath, [REPLICA], { env });
    const replica = new Replica(child);
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data) => (replica.output += String(data)));
    await eventually(10_000, async () => {
      replica.url = /listens at (\S+)/.exec(replica.output)?.[1] ?? '';
      if (replica.url === '') throw new Error(`The replica does not listen: ${replica.output}`);
    });
    return replica;
  }

  get(token: string): Promise<Response> {
    return fetch(`${this.url}/me`, { headers: { authorization: `Bearer ${token}` } });
  }

  async close(): Promise<void> {
    if (this.child.exitCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}

async function reach(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
  } finally {
    socket.destroy();
  }
}
