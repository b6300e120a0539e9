// Scenes in a process of their own: microseconds per token and contender, round by round.
import { parameters } from '../processes.mjs';
import { inTurn } from '../statistics.mjs';
import { badKinds, readTokens } from '../tokens.mjs';
import { scenes } from './scenes.mjs';
import { verifiers } from './verifiers.mjs';

const { names: played, world, rounds, slice } = parameters();
const tokens = await readTokens(world);

const isRefused = async (verify, token) => {
  try {
    await verify(token);
    return false;
  } catch {
    return true;
  }
};

/**
 * Whoever accepts too much or too little is not timed. It also loads the keys and spends the budget
 * for unknown ones.
 */
async function proveFair(name, verify) {
  if (await isRefused(verify, tokens.good[0])) throw new Error(`${name} refuses a good token`);
  const checked = name.startsWith('crypto.verify') ? ['bad signature'] : badKinds;
  for (const bad of checked) {
    if (!(await isRefused(verify, tokens[bad][0])))
      throw new Error(`${name} accepts a token: ${bad}`);
  }
}

/** Gives the tokens of the pool in turn, for ever. */
function inCircles(pool) {
  let index = 0;
  return () => pool[(index = (index + 1) % pool.length)];
}

function createTask(verify, { kind, atOnce, distinct }) {
  const next = inCircles(tokens[kind].slice(0, distinct));
  if (kind !== 'good') {
    return async () => {
      if (!(await isRefused(verify, next()))) throw new Error('a bad token was accepted');
    };
  }
  if (atOnce === 1) return () => verify(next());
  return () => Promise.all(Array.from({ length: atOnce }, () => verify(next())));
}

async function timeOf(task, atOnce, milliseconds) {
  let calls = 0;
  globalThis.gc();
  const start = performance.now();
  let now = start;
  for (; now - start < milliseconds; now = performance.now()) {
    await task();
    calls += atOnce;
  }
  return ((now - start) * 1_000) / calls;
}

async function play(scene) {
  const { names, atOnce } = scene;
  const tasks = {};
  for (const name of names) {
    const verify = await verifiers[name](world);
    await proveFair(name, verify);
    tasks[name] = createTask(verify, scene);
  }
  for (const name of names) await timeOf(tasks[name], atOnce, 4 * slice);
  const samples = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of inTurn(names, round))
      samples[name].push(await timeOf(tasks[name], atOnce, slice));
  }
  return samples;
}

const results = {};
for (const name of played) results[name] = await play(scenes[name]);
process.send(results, () => process.exit());
