import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Runs Node with the arguments. Returns when Node exits with 0; else this process ends too. */
export const node = (...args) => run(process.execPath, args);

/** Runs npm, with the npm that started this process if there is one. */
export const npm = (...args) => {
  const { npm_execpath: path } = process.env;
  return path === undefined ? run('npm', args) : node(path, ...args);
};

/** Passes signals on to the program, and ends this process with its exit code or its signal. */
function run(program, args) {
  const child = spawn(program, args, { cwd: root, stdio: 'inherit' });
  const passOn = (signal) => {
    // A terminal sends Ctrl-C to the program too.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  for (const signal of SIGNALS) process.on(signal, passOn);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      for (const name of SIGNALS) process.off(name, passOn);
      if (signal !== null) process.kill(process.pid, signal);
      else if (code === 0) resolve();
      else process.exit(code);
    });
  });
}
