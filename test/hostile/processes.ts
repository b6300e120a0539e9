import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { SingleIssuerOptions } from '../../lib/options/options.js';
import type { Platform } from '../support/app.js';

/** What the server tells of itself. */
export interface Report {
  /** The most memory that it had at once. */
  readonly megabytes: number;
  /** Microseconds of CPU since it started. */
  readonly cpu: number;
  /** Lines that it logged, and the characters of the longest. */
  readonly lines: number;
  readonly longest: number;
}

export interface ServerSettings {
  readonly platform?: Platform;
  readonly options: Partial<SingleIssuerOptions>;
  /** Processors that it may use, as `taskset` names them. */
  readonly cpus?: string;
  /** Megabytes of heap. */
  readonly heap?: number;
}

const running = new Set<ChildProcess>();
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
});

function start(command: string, args: string[]): ChildProcess {
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  running.add(child);
  child.on('exit', () => running.delete(child));
  return child;
}

/** The next message. Rejects when the process ends before. */
async function messageOf<T>(child: ChildProcess): Promise<T> {
  const controller = new AbortController();
  const { signal } = controller;
  try {
    return await Promise.race([
      once(child, 'message', { signal }).then(([message]) => message as T),
      once(child, 'exit', { signal }).then(([code, killedBy]) => {
        throw new Error(`the process ended: ${String(code ?? killedBy)}`);
      }),
    ]);
  } finally {
    controller.abort();
  }
}

/** A protected application in a process of its own. */
export class ServerProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async start(settings: ServerSettings): Promise<ServerProcess> {
    const { platform = 'fastify', options, cpus = '0,1', heap = 256 } = settings;
    const child = start('taskset', [
      '--cpu-list',
      cpus,
      process.execPath,
      `--max-old-space-size=${heap}`,
      'test/hostile/server.mjs',
      JSON.stringify({ platform, options }),
    ]);
    const { url } = await messageOf<{ url: string }>(child);
    return new ServerProcess(child, url);
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  async report(): Promise<Report> {
    this.child.send('report');
    return messageOf(this.child);
  }

  /** Fetches the keys now. Gives the code of the failure. */
  async refresh(): Promise<string> {
    this.child.send('refresh');
    return (await messageOf<{ code: string }>(this.child)).code;
  }

  async get(path: string, token?: string): Promise<number> {
    const headers: Record<string, string> =
      token === undefined ? {} : { authorization: `Bearer ${token}` };
    return (await fetch(this.url + path, { headers })).status;
  }

  async close(): Promise<void> {
    this.child.kill('SIGKILL');
    if (this.isAlive) await once(this.child, 'exit');
  }
}

export interface FloodSettings {
  readonly url: string;
  readonly tokens?: readonly string[];
  /** A header of every request, with its line break. */
  readonly header?: string;
  readonly connections: number;
  /** Requests under way on each connection. */
  readonly depth: number;
  readonly seconds: number;
}

/** Sends requests from a process of its own, and gives the answers by status. */
export async function flood(settings: FloodSettings): Promise<Record<string, number>> {
  const child = start(process.execPath, ['test/hostile/flood.mjs']);
  child.send({ tokens: [], ...settings });
  const { statuses } = await messageOf<{ statuses: Record<string, number> }>(child);
  return statuses;
}
