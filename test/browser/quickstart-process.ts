import { freePort } from '../support/free-port.js';
import { SampleProcess } from './sample-process.js';

export interface Quickstart {
  readonly pageUrl: string;
  readonly issuer: string;
  /** The command that the terminal offers to paste. */
  readonly curl: string;
  readonly stdout: string;
  /** What the terminal shows by now. */
  readonly terminal: () => string;
  readonly stderr: () => string;
  /** Ends it by a signal, and gives its exit code. */
  stop(signal?: 'SIGINT' | 'SIGTERM'): Promise<number | null>;
}

/** Runs the built sample, and waits until the terminal says that it is there. */
export async function startQuickstart(env: Record<string, string> = {}): Promise<Quickstart> {
  const sample = await SampleProcess.start('quickstart', {
    ISSUER_PORT: String(await freePort()),
    ...env,
  });
  return {
    pageUrl: sample.told('Page'),
    issuer: sample.told('Issuer'),
    curl: /^(curl .*)$/m.exec(sample.stdout)?.[1] ?? '',
    stdout: sample.stdout,
    terminal: () => sample.stdout,
    stderr: () => sample.stderr,
    stop: (signal) => sample.stop(signal),
  };
}
