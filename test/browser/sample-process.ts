import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { resolve as path } from 'node:path';
import { freePort } from '../support/free-port.js';

/** The folders of the samples that have a page. */
const folders = {
  quickstart: '01-quickstart',
  'two-issuers': '02-two-issuers',
  sessions: '03-sessions',
};

type Sample = keyof typeof folders;

/** A built sample, in a process of its own. */
export class SampleProcess {
  stdout = '';
  stderr = '';

  private constructor(readonly child: ChildProcess) {
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (this.stdout += chunk));
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (this.stderr += chunk));
  }

  /** Runs it with nothing in its environment but this. */
  static run(name: Sample, env: Record<string, string>): SampleProcess {
    const { PATH = '' } = process.env;
    // From the root of the repository, where npm runs its scripts.
    const main = path('sample/dist', folders[name], 'stage/main.js');
    return new SampleProcess(
      spawn(process.execPath, [main], { env: { PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] }),
    );
  }

  /** Runs it on a free port, and waits until the terminal says that it is there. */
  static async start(name: Sample, env: Record<string, string> = {}): Promise<SampleProcess> {
    const sample = SampleProcess.run(name, { PORT: String(await freePort()), ...env });
    await new Promise<void>((resolve, reject) => {
      sample.child.stdout?.on('data', () => sample.stdout.includes('Ctrl-C') && resolve());
      sample.child.once('exit', (code) =>
        reject(new Error(`The sample ended with ${code}: ${sample.stderr}`)),
      );
    });
    return sample;
  }

  /** Runs it where it is expected to give up. */
  static async fail(
    name: Sample,
    env: Record<string, string>,
  ): Promise<{ code: number; stdout: string; stderr: string }> {
    const sample = SampleProcess.run(name, env);
    const [code] = (await once(sample.child, 'close')) as [number];
    return { code, stdout: sample.stdout, stderr: sample.stderr };
  }

  /** What the terminal says behind a word. */
  told(word: string): string {
    return new RegExp(`${word} +(\\S+)`).exec(this.stdout)?.[1] ?? '';
  }

  /** Ends it by a signal, and gives its exit code; `null` when it had to be forced. */
  async stop(signal: 'SIGINT' | 'SIGTERM' = 'SIGTERM'): Promise<number | null> {
    if (this.child.exitCode !== null) return this.child.exitCode;
    const exit = once(this.child, 'exit') as Promise<[number | null]>;
    this.child.kill(signal);
    const patience = setTimeout(() => this.child.kill('SIGKILL'), 5000);
    const [code] = await exit;
    clearTimeout(patience);
    return code;
  }
}

/** Something that listens where a sample would. */
export async function occupyPort(): Promise<{ port: number; release: () => Promise<void> }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    release: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
