// What happens to the issuer and who asks meanwhile. A scene gets the world of one library and
// plays it once.
import { randomUUID } from 'node:crypto';
import { DEADLINE, MINUTE } from './libraries.mjs';
import { leap } from './time.mjs';

/** Requests that arrive at the same time. */
const AT_ONCE = 50;
const FORGED = 10_000;
const ROTATIONS = 5;

const noneRefused = ({ refused }) => refused === 0;
const noneSlow = ({ worst, p50 }) => worst <= 10 * p50;
/**
 * Requests arrive all the time that the issuer hangs: if any waited for it, one waited nearly as
 * long as a fetch may take.
 */
const noneWaiting = ({ worst }) => worst < DEADLINE / 5;

/**
 * `rounds`: how often a scene is played, since single requests make its times. `expected`: what
 * this library is to show.
 */
export const scenes = {
  cold: {
    title: '100 first requests at once, no key loaded yet',
    rounds: 3,
    expected: { '2 fetches, metadata and keys': ({ fetches }) => fetches === 2 },
    play: async ({ first, send }) => {
      await send(first);
    },
  },

  forged: {
    title:
      `${FORGED.toLocaleString('en')} forged tokens, each with a key id of its own, beside as ` +
      'many good ones',
    rounds: 3,
    expected: { '1 fetch at most': ({ fetches }) => fetches <= 1 },
    play: async ({ first, forge, warmUp, arrive }) => {
      const good = first.slice(0, AT_ONCE);
      await warmUp(good);
      leap(MINUTE);
      for (let sent = 0; sent < FORGED; sent += AT_ONCE) {
        await arrive(good.flatMap((token) => [forge(token, randomUUID()), token]));
      }
    },
  },

  rotation: {
    title: `${ROTATIONS} rotations with overlap, the new key signing at once, old tokens still about`,
    rounds: 3,
    expected: { 'no good request refused': noneRefused, 'worst at most 10 times p50': noneSlow },
    play: async ({ issuer, first, tokens, warmUp, walk }) => {
      let old = first.slice(0, AT_ONCE / 2);
      let fresh = old;
      await warmUp(old);
      await walk(4 * MINUTE, () => [...old, ...fresh]);
      for (let rotation = 0; rotation < ROTATIONS; rotation += 1) {
        issuer.rotate();
        [old, fresh] = [fresh, tokens(AT_ONCE / 2)];
        await walk(7 * MINUTE, () => [...old, ...fresh]);
      }
    },
  },

  down: {
    title:
      'The issuer breaks every connection, from 2 min before the end of the lifetime to 3 ' +
      'min after it',
    rounds: 3,
    expected: { 'no good request refused': noneRefused, 'worst at most 10 times p50': noneSlow },
    play: (world) => outage(world, 'reset'),
  },

  hanging: {
    title:
      'The issuer accepts and never answers, from 2 min before the end of the lifetime to 3 ' +
      'min after it',
    rounds: 1,
    expected: {
      'no good request refused': noneRefused,
      'none waiting for the issuer': noneWaiting,
    },
    play: (world) => outage(world, 'hang'),
  },
};

async function outage({ issuer, first, warmUp, walk }, kind) {
  const good = first.slice(0, AT_ONCE);
  await warmUp(good);
  await walk(8 * MINUTE, () => good);
  issuer.outage(kind);
  await walk(5 * MINUTE, () => good);
}
