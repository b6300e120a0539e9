import { execFile } from 'node:child_process';

export interface Outcome {
  /** `null` for a program that was killed because its time was over. */
  readonly code: number | null;
  readonly stdout: string;
  /** Both streams, for a message. */
  readonly output: string;
}

/** Runs a program to its end, as a shell outside of this test would. */
export function run(
  folder: string,
  program: string,
  args: readonly string[],
  timeout = 100_000,
): Promise<Outcome> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  return new Promise((resolve) => {
    const child = execFile(
      program,
      args,
      { cwd: folder, env, timeout, killSignal: 'SIGKILL', maxBuffer: 2 ** 26 },
      (error, stdout, stderr) =>
        resolve({
          code: error ? child.exitCode : 0,
          stdout,
          output: `${stdout}\n${stderr}\n${error?.message ?? ''}`.trim(),
        }),
    );
  });
}

/** Runs a JavaScript file with this Node. */
export const runNode = (
  folder: string,
  args: readonly string[],
  timeout?: number,
): Promise<Outcome> => run(folder, process.execPath, args, timeout);
