// Signatures in line, on the thread pool, as the library does it (a while in line, then on the
// pool), and by jose: how many, and what they leave of the event loop.
import { verify } from 'node:crypto';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { compactVerify, importJWK } from 'jose';

// Of the build, and not by the package's name: this is a part that nobody imports.
const require = createRequire(new URL('../../package.json', import.meta.url));
const { prepareKey, signatureHolds } = require('./dist/core/crypto/signature.js');
const { parseToken } = require('./dist/core/token/parse.js');
const { createSigningKey, signJwt } = require('./dist/testing/signing-key.js');

const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];
const ROUNDS = 7;
const SLICE_MS = 150;
/**
 * A request comes in a turn of the event loop of its own; a script that awaits one check after the
 * other need not leave the turn.
 */
const SCENES = {
  'a script': { atOnce: 1, turns: false },
  '1 request': { atOnce: 1, turns: true },
  '8 requests': { atOnce: 8, turns: true },
  '64 requests': { atOnce: 64, turns: true },
};

const claims = {
  iss: 'https://issuer.example',
  sub: 'a'.repeat(36),
  scope: 'read write',
  padding: 'x'.repeat(500),
};

function modes(token, key, joseKey) {
  const { signed, signature } = parseToken(token);
  const data = () => Buffer.from(signed);
  return {
    'in line': () => verify(key.digest, data(), key.input, signature),
    'thread pool': () =>
      new Promise((resolve, reject) => {
        verify(key.digest, data(), key.input, signature, (error, holds) =>
          error ? reject(error) : resolve(holds),
        );
      }),
    library: () => signatureHolds({ signed, signature }, key),
    jose: () => compactVerify(token, joseKey).then(() => true),
  };
}

async function worker(check, turns, until) {
  let done = 0;
  while (performance.now() < until) {
    if ((await check()) !== true) throw new Error('the signature does not hold');
    done += 1;
    if (turns) await new Promise(setImmediate);
  }
  return done;
}

async function measure(check, { atOnce, turns }) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const start = performance.now();
  const cpu = process.cpuUsage();
  const done = await Promise.all(
    Array.from({ length: atOnce }, () => worker(check, turns, start + SLICE_MS)),
  );
  const total = done.reduce((sum, count) => sum + count, 0);
  const elapsed = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  delay.disable();
  // The monitor counts its own 1 ms.
  return {
    perSecond: (total * 1000) / elapsed,
    cpu: (user + system) / total,
    p99: Math.max(0, delay.percentile(99) / 1e6 - 1),
  };
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

console.log(
  `Node ${process.version}, ${availableParallelism()} processors, ${ROUNDS} rounds in turn, ` +
    `medians\n`,
);
console.log(
  `${''.padEnd(30)} ${'per second'.padStart(11)} ${'of jose'.padStart(8)} ` +
    `${'CPU each'.padStart(10)} ${'loop delay p99'.padStart(15)}`,
);
for (const algorithm of ALGORITHMS) {
  const signing = createSigningKey(algorithm);
  const token = signJwt({ alg: algorithm, kid: signing.kid, typ: 'at+jwt' }, claims, signing);
  const all = modes(
    token,
    prepareKey(algorithm, signing.publicKey),
    await importJWK(signing.jwk, algorithm),
  );
  for (const [scene, how] of Object.entries(SCENES)) {
    const measured = Object.fromEntries(Object.keys(all).map((mode) => [mode, []]));
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const [mode, check] of Object.entries(all)) {
        const result = await measure(check, how);
        if (round > 0) measured[mode].push(result);
      }
    }
    for (const [mode, results] of Object.entries(measured)) {
      const of = (name) => median(results.map((result) => result[name]));
      const ratio = median(
        results.map(({ perSecond }, round) => perSecond / measured.jose[round].perSecond),
      );
      const name = `${algorithm}, ${scene}, ${mode}`;
      console.log(
        `${name.padEnd(30)} ${of('perSecond').toFixed(0).padStart(11)} ` +
          `${ratio.toFixed(2).padStart(8)} ${of('cpu').toFixed(1).padStart(7)} µs ` +
          `${of('p99').toFixed(2).padStart(12)} ms`,
      );
    }
  }
}
