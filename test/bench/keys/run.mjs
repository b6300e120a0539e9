// One library in one scene, in a process of its own: node run.mjs <library> <scene>. Sends what it
// measured to its parent.
import { leap, realNow } from './time.mjs';
import { subscribe } from 'node:diagnostics_channel';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEADLINE, libraries } from './libraries.mjs';
import { scenes } from './scenes.mjs';

const require = createRequire(new URL('../../../package.json', import.meta.url));
const { TestIssuer } = require('nestjs-authgear/testing');

/** One step of a walk. */
const STEP = 10_000;
/** Between arrivals while the issuer owes an answer: time does not leap then. */
const PAUSE = 25;
/** How long requests may outlive their scene. */
const GRACE = 4 * DEADLINE;

const [library, scene] = process.argv.slice(2);
const issuer = await TestIssuer.listen({ algorithm: 'RS256' });
const first = tokens(100);
const verify = await libraries[library](issuer);

/** Good requests under way, with their start. */
const underWay = new Set();
const latencies = [];
let refused = 0;
/** Requests that the issuer got before the scene began. */
let fetchesBefore = 0;
/** Requests that the issuer has not answered. */
let owed = 0;
subscribe('http.server.request.start', ({ response }) => {
  owed += 1;
  response.once('close', () => (owed -= 1));
});

function tokens(count) {
  issuer.clock.set(Date.now());
  return Array.from({ length: count }, () => issuer.accessToken({ expiresIn: 7_200 }));
}

const forged = new Set();
/** The token, claiming to be signed by another key. */
function forge(token, kid) {
  const [header, ...rest] = token.split('.');
  const changed = { ...JSON.parse(Buffer.from(header, 'base64url')), kid };
  const result = [Buffer.from(JSON.stringify(changed)).toString('base64url'), ...rest].join('.');
  forged.add(result);
  return result;
}

async function request(token) {
  if (forged.has(token)) return requestForged(token);
  const entry = { start: realNow() };
  underWay.add(entry);
  const accepted = await accepts(token);
  if (!underWay.delete(entry)) return;
  latencies.push(realNow() - entry.start);
  if (!accepted) refused += 1;
}

async function requestForged(token) {
  if (await accepts(token)) throw new Error(`${library} accepted a forged token`);
}

async function accepts(token) {
  try {
    await verify(token);
    return true;
  } catch {
    return false;
  }
}

const send = (batch) => Promise.all(batch.map(request));

async function warmUp(batch) {
  for (let round = 0; round < 20; round += 1) {
    await send(batch);
    await sleep(1);
  }
  if (refused > 0) throw new Error(`${library} refused a good token before the scene began`);
  latencies.length = 0;
  fetchesBefore = issuer.requests.total;
}

/**
 * Lets time pass in steps with requests at each. They arrive whether or not the ones before have
 * been answered.
 */
async function walk(span, batch) {
  let givenUp = 0;
  for (let passed = 0; passed < span; passed += STEP) {
    await arrive(batch());
    const before = givenUp;
    await repeatWhile(
      () => owed > before,
      2 * DEADLINE,
      () => arrive(batch(), PAUSE),
    );
    givenUp = owed;
    leap(STEP);
  }
}

/**
 * The batch arrives; goes on when it is answered, or after a while, and when sockets and timers had
 * their turn.
 */
async function arrive(batch, pause = 2) {
  await Promise.all([Promise.race([send(batch), sleep(PAUSE)]), sleep(pause)]);
}

/** Repeats the work while the condition holds, within a limit of real time. */
async function repeatWhile(holds, limit, work) {
  const end = realNow() + limit;
  while (holds() && realNow() < end) await work();
}

await scenes[scene].play({ issuer, first, tokens, forge, warmUp, send, arrive, walk });
await repeatWhile(
  () => underWay.size > 0 || owed > 0,
  GRACE,
  () => sleep(PAUSE),
);

const unanswered = underWay.size;
for (const { start } of underWay) latencies.push(realNow() - start);
const sorted = latencies.toSorted((a, b) => a - b);
const quantile = (part) => sorted[Math.min(Math.floor(sorted.length * part), sorted.length - 1)];
const result = {
  fetches: issuer.requests.total - fetchesBefore,
  requests: sorted.length,
  refused: refused + unanswered,
  p50: quantile(0.5),
  p99: quantile(0.99),
  worst: sorted.at(-1),
};
process.send(result, () => process.exit());
