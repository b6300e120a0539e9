import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { resolve as path } from 'node:path';

// From the root of the repository, where npm runs its scripts.
const main = path('sample/quickstart/dist/main.js');

export interface Quickstart {
  readonly pageUrl: string;
  readonly issuer: string;
  /** The command that the terminal offers to paste. */
  readonly curl: string;
  readonly stdout: string;
  readonly stderr: () => string;
  /** Ends it by a signal, and gives its exit code. */
  stop(signal?: 'SIGINT' | 'SIGTERM'): Promise<number | null>;
}

/** Runs the built sample, and waits until the terminal says that it is there. */
export async function startQuickstart(env: Record<string, string> = {}): Promise<Quickstart> {
  const [port, issuerPort] = await freePorts();
  const { child, output } = run({ PORT: String(port), ISSUER_PORT: String(issuerPort), ...env });
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', () => output.stdout.includes('Ctrl-C') && resolve());
    child.once('exit', (code) => reject(new Error(`The sample ended with ${code}: ${output.stderr}`)));
  });
  const find = (pattern: RegExp): string => pattern.exec(output.stdout)?.[1] ?? '';
  return {
    pageUrl: find(/Page +(\S+)/),
    issuer: find(/Issuer +(\S+)/),
    curl: find(/^(curl .*)$/m),
    stdout: output.stdout,
    stderr: () => output.stderr,
    stop: async (signal = 'SIGTERM') => {
      if (child.exitCode !== null) return child.exitCode;
      const exit = once(child, 'exit') as Promise<[number | null]>;
      child.kill(signal);
      // One that does not end is not left behind; its exit code is `null` then.
      const patience = setTimeout(() => child.kill('SIGKILL'), 5000);
      const [code] = await exit;
      clearTimeout(patience);
      return code;
    },
  };
}

/** Runs the built sample where it is expected to give up. */
export async function failQuickstart(env: Record<string, string>): Promise<{ code: number; stdout: string; stderr: string }> {
  const { child, output } = run(env);
  const [code] = (await once(child, 'close')) as [number];
  return { code, ...output };
}

function run(env: Record<string, string>): { child: ChildProcess; output: { stdout: string; stderr: string } } {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [main], { env: { PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output.stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (output.stderr += chunk));
  return { child, output };
}

/** Two ports that were free a moment ago; both are held while they are looked for, so that they differ. */
export async function freePorts(): Promise<[number, number]> {
  const servers = [await occupyPort(), await occupyPort()] as const;
  await Promise.all(servers.map(({ release }) => release()));
  return [servers[0].port, servers[1].port];
}

/** Something that listens where the sample would. */
export async function occupyPort(): Promise<{ port: number; release: () => Promise<void> }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    release: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
