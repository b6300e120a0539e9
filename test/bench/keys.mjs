// What each library asks of the issuer, and what requests see of it: fetches, good tokens refused
// and latency, in five scenes.
import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { DEADLINE, LIFETIME, MINUTE, OURS, libraries } from './keys/libraries.mjs';
import { scenes } from './keys/scenes.mjs';

const require = createRequire(import.meta.url);
const MAX_RUN = 2 * MINUTE;

/** Plays a scene with a library in a process of its own. */
function play(library, scene) {
  return new Promise((resolve, reject) => {
    const child = fork(new URL('keys/run.mjs', import.meta.url), [library, scene], {
      timeout: MAX_RUN,
    });
    child.once('message', resolve);
    child.once('exit', (code) =>
      reject(new Error(`${library} did not end the scene "${scene}" (exit code ${code})`)),
    );
  });
}

/**
 * Counts are the highest of the rounds. Times are those of the quietest round: what a library
 * causes is in every round, what else the machine did is not.
 */
function summarize(rounds) {
  const [{ p50, p99, worst }] = rounds.toSorted((a, b) => a.worst - b.worst);
  const most = (name) => Math.max(...rounds.map((round) => round[name]));
  return {
    fetches: most('fetches'),
    requests: most('requests'),
    refused: most('refused'),
    p50,
    p99,
    worst,
  };
}

async function playAll() {
  const results = {};
  for (const [scene, { rounds }] of Object.entries(scenes)) {
    const played = Object.fromEntries(Object.keys(libraries).map((library) => [library, []]));
    for (let round = 1; round <= rounds; round += 1) {
      for (const library of Object.keys(libraries)) {
        const start = performance.now();
        played[library].push(await play(library, scene));
        const seconds = ((performance.now() - start) / 1000).toFixed(1);
        process.stderr.write(`  ${scene}, round ${round} of ${rounds}: ${library}, ${seconds} s\n`);
      }
    }
    results[scene] = Object.fromEntries(
      Object.entries(played).map(([library, of]) => [library, summarize(of)]),
    );
  }
  return results;
}

const count = (value) => value.toLocaleString('en');
const time = (value) => value.toFixed(value < 100 ? 1 : 0);
const row = (name, cells) =>
  `  ${name.padEnd(20)}${cells.map((cell) => cell.padStart(11)).join('')}`;

function printTable(results) {
  console.log(row('', ['fetches', 'refused', 'of', 'p50 ms', 'p99 ms', 'worst ms']));
  for (const [number, [scene, { title }]] of Object.entries(scenes).entries()) {
    console.log(`\n${number + 1}. ${title}`);
    for (const [library, { fetches, refused, requests, p50, p99, worst }] of Object.entries(
      results[scene],
    )) {
      console.log(
        row(library, [...[fetches, refused, requests].map(count), ...[p50, p99, worst].map(time)]),
      );
    }
  }
}

function printExpectations(results) {
  console.log(`\nExpected of ${OURS}:`);
  for (const [number, [scene, { expected }]] of Object.entries(scenes).entries()) {
    for (const [what, isMet] of Object.entries(expected)) {
      console.log(
        `  ${number + 1}. ${what.padEnd(34)} ${isMet(results[scene][OURS]) ? 'met' : 'NOT MET'}`,
      );
    }
  }
}

function describe(name) {
  return `${name} ${require(`./node_modules/${name}/package.json`).version}`;
}

const results = await playAll();
console.log(
  `Node ${process.version}, ${availableParallelism()} processors, ` +
    new Date().toISOString().slice(0, 10),
);
console.log(
  `${OURS} ${require('../../package.json').version}, ${describe('jwks-rsa')} with ` +
    `${describe('jsonwebtoken')}, ${describe('get-jwks')} with`,
);
console.log(
  `${describe('fast-jwt')}, ${describe('jose')} (createRemoteJWKSet), ` +
    `${describe('aws-jwt-verify')} (JwtVerifier)\n`,
);
printTable(results);
printExpectations(results);
console.log(`
What to look at: fetches in 1 and 2 (what a start and an attacker cost the issuer), refused in 3 to 5 (who is logged out by what
happens to the issuer), worst in 3 to 5 (who waits for the issuer although a known key is at hand).

- Good tokens only: forged ones are sent, and all are refused, but not counted. A good token that was still waiting some seconds after
  its scene counts as refused, and its time as what it had waited until then.
- Requests arrive 50 at a time, whether or not earlier ones were answered, so a time holds the wait for the others of the 50. Scene 1 is
  the first thing that a process does. Scenes 1 to 4 are played ${scenes.down.rounds} times, each in a process of its own: the times are those of the round
  with the lowest worst (what a library causes is in every round, what else the machine did is not), the counts the highest.
- Minutes pass by moving Date, performance.now() and process.hrtime() in steps of 10 s for all alike, and as they do on the wall while the
  issuer owes an answer. Latency is real time. The issuer is on loopback, in the same process: over a network, add its round trips to
  whatever waited for it.
- Keys live ${LIFETIME / MINUTE} min and a fetch ${DEADLINE} ms wherever that can be said, cooldowns and back-offs are each library's own. aws-jwt-verify keeps keys for
  ever, so that it never asks in 4 and 5, nor notices that a key was withdrawn. get-jwks takes a timeout, and does not end a fetch by it.
- ${OURS} discovers where the keys are, hence two requests in 1; the others are told. It starts to look when the application
  starts, just before the requests of scene 1.
- jwks-rsa has its cache and rateLimit as documented; "fallback" adds its cacheMaxAgeFallback of an hour, as long as ${OURS}
  uses known keys in an outage.
- aws-jwt-verify fetches over https only: it has a fetcher of its own here, as documented, which uses fetch().`);
