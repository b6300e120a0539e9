// Everything that is measured, in the order in which it happens.
import { openContest } from './http/contest.mjs';
import { everybody, frameworks, HEADER_ONLY, verifying } from './http/names.mjs';
import { run } from './processes.mjs';
import { inSteps } from './progress.mjs';
import { settings } from './settings.mjs';
import { median } from './statistics.mjs';
import { createWorlds } from './tokens.mjs';
import { algorithms, scenes } from './verify/scenes.mjs';

export async function measure() {
  const results = await inSteps({
    prepared: { title: 'Tokens', run: (say) => createWorlds(algorithms, settings.tokens, say) },
    verify: { title: 'Verification, without HTTP', run: verifyScenes },
    memory: {
      title: 'Memory',
      run: async () => ({ ...settings.memory, ...(await run('memory.mjs', settings.memory)) }),
    },
    ...Object.fromEntries(
      frameworks.map((framework) => [
        framework,
        { title: `HTTP, ${framework}`, run: contest(framework) },
      ]),
    ),
    cleared: { title: 'Clearing up', run: (_, { prepared }) => prepared.close() },
  });
  return results;
}

async function verifyScenes(say, { prepared: { worlds } }) {
  const { rounds, slice, together } = settings.verify;
  const results = {};
  for (const algorithm of algorithms) {
    const all = Object.keys(scenes).filter((name) => scenes[name].algorithm === algorithm);
    for (const names of together ? [all] : all.map((name) => [name])) {
      say(names.join('; '));
      Object.assign(
        results,
        await run('verify/run.mjs', { names, world: worlds[algorithm], rounds, slice }),
      );
    }
  }
  return results;
}

const contest =
  (framework) =>
  async (say, { prepared: { worlds } }) => {
    const { http, freshTokens, flood } = settings;
    say('starting the servers');
    const { warmUp, race, drown, close } = await openContest(framework, worlds.RS256);
    await warmUp(http.warmUp, (text) => say(`warming up: ${text}`));
    const realistic = await race('realistic', everybody[framework], http, (text) =>
      say(`realistic mix, ${text}`),
    );
    const fresh = await race('fresh', verifying[framework], freshTokens, (text) =>
      say(`every token new, ${text}`),
    );
    const capacity = median(realistic[HEADER_ONLY].map(({ perSecond }) => perSecond));
    const drowned = await drown([HEADER_ONLY, ...verifying[framework]], capacity, flood, (text) =>
      say(`flood, ${text}`),
    );
    close();
    return { realistic, fresh, flood: drowned };
  };
