// The servers of one framework, the processes that load them, and the three contests between them.
import { setTimeout as sleep } from 'node:timers/promises';
import { answer, ask, places, start } from '../processes.mjs';
import { inTurn } from '../statistics.mjs';
import { readTokens } from '../tokens.mjs';
import { expectOnly, proveFair } from './fairness.mjs';
import { everybody, HEADER_ONLY } from './names.mjs';

/**
 * Requests a second of ordinary users beside the flood: little, so that what they wait is the
 * flood's doing.
 */
const NORMAL_RATE = 300;
const FLOOD_RATE = 5_000;
/**
 * No more than this part of what the machine serves behind a guard that checks nothing: beyond that
 * any guard drowns.
 */
const FLOOD_PART = 0.5;
/** Behind ordinary users on a CPU that both share: their clocks must not wait for the attacker. */
const FLOOD_PRIORITY = 10;
/** The flood is up before users are timed, and outlasts them. */
const RISE_SECONDS = 0.1;

export async function openContest(framework, world) {
  const names = everybody[framework];
  const servers = await Promise.all(names.map((name) => startServer(framework, name, world)));
  const urls = Object.fromEntries(servers.map(({ url }, index) => [names[index], url]));
  const processes = Object.fromEntries(servers.map(({ child }, index) => [names[index], child]));
  const tokens = await readTokens(world);
  for (const name of names) await proveFair(name, urls[name], tokens);
  const loads = [
    startLoad({ world }, places.load),
    startLoad({ world, priority: FLOOD_PRIORITY }, places.flood),
  ];
  const [load, flood] = await Promise.all(loads);

  const saturate = async (name, mix, seconds) => {
    const before = await ask(processes[name], { about: 'cpu' });
    const {
      answers,
      errors,
      seconds: taken,
    } = await ask(load, { about: 'saturate', url: urls[name], mix, seconds });
    const used = (await ask(processes[name], { about: 'cpu' })) - before;
    if (errors > 0) throw new Error(`${name}: ${errors} requests failed`);
    // On a machine this busy, nothing was answered in time.
    if (Object.keys(answers).length === 0) return saturate(name, mix, 2 * seconds);
    const requests = expectOnly(200, answers, name);
    return { perSecond: requests / taken, cpu: used / requests, busy: used / (taken * 1e6) };
  };

  /** Ordinary users, alone or beside the flood. */
  const serveUsers = async (name, seconds, floodRate = 0) => {
    const flooding = floodRate > 0 ? sendFlood(name, seconds, floodRate) : undefined;
    const serving = sleep(RISE_SECONDS * 1_000).then(() =>
      ask(load, { about: 'pace', url: urls[name], mix: 'realistic', rate: NORMAL_RATE, seconds }),
    );
    const [users, forgedRate] = await Promise.all([serving, flooding]);
    expectOnly(200, users.answers, name);
    return { ...users, forgedRate };
  };

  /** How many forgeries were answered a second. */
  const sendFlood = async (name, seconds, rate) => {
    const flooded = await ask(flood, {
      about: 'pace',
      url: urls[name],
      mix: 'forged',
      rate,
      seconds: seconds + 2 * RISE_SECONDS,
    });
    if (name !== HEADER_ONLY) expectOnly(401, flooded.answers, name);
    return flooded.rate;
  };

  return {
    /** Fills caches, opens connections, compiles. */
    warmUp: async (seconds, say) => {
      for (const name of names) {
        say(name);
        await saturate(name, 'realistic', seconds);
      }
    },

    /** Requests per second and more, by name and round. */
    race: async (mix, runners, { rounds, seconds }, say) => {
      const results = Object.fromEntries(runners.map((name) => [name, []]));
      for (let round = 0; round < rounds; round += 1) {
        for (const name of inTurn(runners, round)) {
          say(`round ${round + 1} of ${rounds}: ${name}`);
          results[name].push(await saturate(name, mix, seconds));
        }
      }
      return results;
    },

    /**
     * What users wait, first without and then with the flood, by name and round. `capacity`:
     * requests per second of the header-only guard.
     */
    drown: async (runners, capacity, { rounds, seconds }, say) => {
      const rate = Math.round(Math.min(FLOOD_RATE, capacity * FLOOD_PART));
      const results = Object.fromEntries(runners.map((name) => [name, []]));
      for (let round = 0; round < rounds; round += 1) {
        for (const name of inTurn(runners, round)) {
          say(`round ${round + 1} of ${rounds}: ${name}, ${rate} forgeries a second`);
          const quiet = await serveUsers(name, seconds);
          const flooded = await serveUsers(name, seconds, rate);
          results[name].push({ rate, quiet, flooded });
        }
      }
      return results;
    },

    close: () => {
      for (const child of [...Object.values(processes), load, flood]) child.disconnect();
    },
  };
}

async function startServer(framework, name, world) {
  const child = start('http/server.mjs', { framework, name, world }, places.server);
  const { url } = await answer(child);
  return { child, url };
}

async function startLoad(parameters, cpu) {
  const child = start('http/load.mjs', parameters, cpu);
  await answer(child);
  return child;
}
