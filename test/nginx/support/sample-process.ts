import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve as path } from 'node:path';

// From the root of the repository, where npm runs its scripts.
const programs = path('sample/dist/05-behind-nginx');
export const template = path('sample/05-behind-nginx/app/nginx.conf');

/** How long one may take to end. */
const PATIENCE = 5_000;

/** A program of the built sample. */
export class SampleProcess {
  private static readonly running = new Set<SampleProcess>();
  stdout = '';
  stderr = '';
  private readonly closed: Promise<unknown[]>;

  private constructor(private readonly child: ChildProcess) {
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (this.stdout += chunk));
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (this.stderr += chunk));
    this.closed = once(child, 'close');
    SampleProcess.running.add(this);
  }

  static run(program: 'app/main' | 'stage/main', env: Record<string, string>): SampleProcess {
    const { PATH = '' } = process.env;
    // A group of its own, as a shell would give it: Ctrl-C is for all of a group.
    const child = spawn(process.execPath, [`${programs}/${program}.js`], {
      env: { PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    return new SampleProcess(child);
  }

  /** Waits until it has said this on its standard output, and gives what stands there. */
  async told(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(this.stdout);
        if (found !== null) resolve(found);
      };
      this.child.stdout?.on('data', look);
      void this.closed.then(() =>
        reject(
          new Error(
            `The sample ended before it said ${String(pattern)}:\n${this.stdout}${this.stderr}`,
          ),
        ),
      );
      look();
    });
  }

  /** Ends it, and gives its exit code; all its output is there then. */
  async stop(): Promise<number | null> {
    this.child.kill('SIGTERM');
    return this.end();
  }

  /** Ends it as Ctrl-C does: whatever it started hears of it too. */
  async interrupt(): Promise<number | null> {
    this.killGroup('SIGINT');
    return this.end();
  }

  /**
   * Waits until it has ended by itself. One that does not is not left behind; its exit code is
   * `null` then.
   */
  async end(): Promise<number | null> {
    const patience = setTimeout(() => this.killGroup('SIGKILL'), PATIENCE);
    await this.closed;
    clearTimeout(patience);
    SampleProcess.running.delete(this);
    return this.child.exitCode;
  }

  /** For the end of a test file: what a test that failed half-way left. */
  static async stopAll(): Promise<void> {
    await Promise.all([...SampleProcess.running].map((running) => running.stop()));
  }

  private killGroup(signal: 'SIGINT' | 'SIGKILL'): void {
    process.kill(-Number(this.child.pid), signal);
  }
}

/** The sample's application, without nginx, and its address: `127.0.0.1:40123`. */
export async function startApplication(env: {
  ISSUER: string;
  AUDIENCE: string;
  PROXY_SECRET: string;
}): Promise<{ address: string; process: SampleProcess }> {
  const application = SampleProcess.run('app/main', { PORT: '0', ...env });
  const [, address = ''] = await application.told(/listens at http:\/\/(\S+)/);
  return { address, process: application };
}
