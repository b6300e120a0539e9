// One verification by TokenService beside bare jose, and the cost of refusing, as ratios of one run.
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import * as jose from 'jose';

// From the root: this folder has a package of its own, and ours is imported by its name.
const require = createRequire(new URL('../../package.json', import.meta.url));
require('reflect-metadata');
const { NestFactory } = require('@nestjs/core');
const { AuthgearModule, TokenService } = require('nestjs-authgear');
const { TestIssuer } = require('nestjs-authgear/testing');

const ROUNDS = 30;
const SLICE_MS = 60;

/** Runs two tasks in turn, so that both meet the same machine, and compares the medians of the time per call. */
async function compare(task, reference) {
  const times = { task: [], reference: [] };
  for (const run of [task, reference]) await timeOf(run, 300);
  for (let round = 0; round < ROUNDS; round += 1) {
    process.stderr.write(`\r  round ${round + 1} of ${ROUNDS} `);
    times.task.push(await timeOf(task, SLICE_MS));
    times.reference.push(await timeOf(reference, SLICE_MS));
  }
  process.stderr.write('\r                      \r');
  const ours = median(times.task);
  const theirs = median(times.reference);
  const ratio = median(times.task.map((time, round) => time / times.reference[round]));
  return { ours, theirs, ratio };
}

async function timeOf(run, forMs) {
  let calls = 0;
  const start = performance.now();
  let now = start;
  for (; now - start < forMs; now = performance.now()) calls += await run();
  return ((now - start) * 1000) / calls;
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

const alone = (verify) => async () => {
  await verify();
  return 1;
};
const atOnce = (verify) => async () => {
  await Promise.all(Array.from({ length: 64 }, verify));
  return 64;
};
const refused = (verify) => async () => {
  try {
    await verify();
  } catch {
    return 1;
  }
  throw new Error('the token was accepted');
};

async function setUp(algorithm) {
  const issuer = await TestIssuer.listen({ algorithm });
  const app = await NestFactory.createApplicationContext(
    AuthgearModule.forRoot({
      ...issuer.moduleOptions,
      algorithms: [algorithm],
      tokenCache: false,
      globalGuard: false,
      logger: { log() {}, warn() {}, error() {} },
    }),
    { logger: false },
  );
  const tokens = app.get(TokenService);
  const token = issuer.accessToken();
  await tokens.verifyAccessToken(token);
  const key = await jose.importJWK(issuer.signingKey.jwk, algorithm);
  const checks = {
    issuer: issuer.issuer,
    audience: issuer.issuer,
    typ: 'at+jwt',
    algorithms: [algorithm],
    currentDate: new Date(issuer.clock.now()),
  };
  return {
    issuer,
    tokens,
    ours: () => tokens.verifyAccessToken(token),
    bare: () => jose.jwtVerify(token, key, checks),
    close: async () => {
      await app.close();
      await issuer.close();
    },
  };
}

function report(what, { ours, theirs, ratio }, target) {
  console.log(
    `${what.padEnd(44)} ${ours.toFixed(1).padStart(8)} µs  ${theirs.toFixed(1).padStart(8)} µs   ratio ${ratio.toFixed(2)}  (at most ${target})`,
  );
}

console.log(`Node ${process.version}, ${availableParallelism()} processors, ${ROUNDS} rounds in turn, medians\n`);
console.log(`${''.padEnd(44)} ${'ours'.padStart(8)}     ${'reference'.padStart(8)}`);
for (const algorithm of ['RS256', 'ES256']) {
  const { ours, bare, issuer, tokens, close } = await setUp(algorithm);
  report(`${algorithm}, one at a time, to jose.jwtVerify`, await compare(alone(ours), alone(bare)), 1.15);
  report(`${algorithm}, 64 at a time, to jose.jwtVerify`, await compare(atOnce(ours), atOnce(bare)), 1.15);
  const unknown = issuer.wrongToken('unknown kid');
  await tokens.verifyAccessToken(unknown).catch(() => undefined); // spends the budget: from now on the cooldown answers
  for (const [what, token] of [
    ['garbage', 'garbage'.repeat(50)],
    ['an expired token', issuer.wrongToken('expired')],
    ['an unknown kid', unknown],
  ]) {
    report(
      `${algorithm}, refusing ${what}, to accepting`,
      await compare(
        refused(() => tokens.verifyAccessToken(token)),
        alone(ours),
      ),
      0.2,
    );
  }
  await close();
}
