// Child processes with CPUs of their own, and questions to them.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The CPUs that this process may use, or none where they cannot be chosen. */
const cpus = listCpus();

/** Where the server runs and where its load comes from. Undefined where nothing can be pinned. */
export const places =
  cpus.length < 2 ? {} : { server: cpus[0], load: cpus[1], flood: cpus[2] ?? cpus[1] };

export const pinning =
  cpus.length < 2
    ? 'server and load were not pinned: `taskset` is missing, or there is one CPU only'
    : `server pinned to CPU ${places.server}, load to ${places.load}, the flood to ${places.flood}`;

function listCpus() {
  const { status, stdout } = spawnSync('taskset', ['-cp', String(process.pid)], {
    encoding: 'utf8',
  });
  if (status !== 0) return [];
  const ranges = stdout.slice(stdout.lastIndexOf(':') + 1).split(',');
  return ranges.flatMap((range) => {
    const [first, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
  });
}

/**
 * Starts a module of this folder, on one CPU from the start where one is named: how many there are
 * is asked once.
 */
export function start(module, parameters, cpu) {
  const pinned = cpu === undefined ? [] : ['taskset', '-c', String(cpu)];
  const [command, ...args] = [
    ...pinned,
    process.execPath,
    '--expose-gc',
    fileURLToPath(new URL(module, import.meta.url)),
    JSON.stringify(parameters),
  ];
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (complaints += text));
  child.complaint = () =>
    `${module} ${JSON.stringify(parameters)} ended early ` +
    `(${child.exitCode ?? child.signalCode})\n${complaints}`;
  return child;
}

/** Its next message. Rejects when it ends without one. */
export async function answer(child) {
  const waiting = new AbortController();
  const { signal } = waiting;
  // The channel closes when it is empty: what was sent has arrived.
  const ended = once(child, 'disconnect', { signal }).then(async () => {
    if (child.exitCode === null && child.signalCode === null)
      await once(child, 'close', { signal });
    throw new Error(child.complaint());
  });
  try {
    const [message] = await Promise.race([once(child, 'message', { signal }), ended]);
    return message;
  } finally {
    ended.catch(() => undefined);
    waiting.abort();
  }
}

export function ask(child, question) {
  const answered = answer(child);
  child.send(question);
  return answered;
}

/** Runs a module that sends one message and ends. */
export async function run(module, parameters) {
  const child = start(module, parameters);
  const [message] = await Promise.all([answer(child), once(child, 'close')]);
  return message;
}

/** On the child's side: answers questions until the channel closes. */
export function serve(answers) {
  const reply = async ({ about, ...question }) => process.send(await answers[about](question));
  process.on('message', (question) => void reply(question));
  process.on('disconnect', () => process.exit());
}

export const parameters = () => JSON.parse(process.argv[2]);
