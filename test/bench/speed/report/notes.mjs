// The notes of the report: the origin of the figures, and what they do not include.
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { pinning } from '../processes.mjs';
import { settings } from '../settings.mjs';

const require = createRequire(import.meta.url);

const peers = [
  'jose',
  'fast-jwt',
  'aws-jwt-verify',
  'passport-jwt',
  'jwks-rsa',
  'express-oauth2-jwt-bearer',
];

const today = () => new Date().toISOString().slice(0, 10);

export const subtitle = () =>
  `${today()}, Node ${process.version}, ${cpus().length} CPUs; longer is better`;

export function describeRun() {
  const versions = peers
    .map((name) => `${name} ${require(`../../node_modules/${name}/package.json`).version}`)
    .join(', ');
  return (
    `${today()}, Node ${process.version}, ${cpus().length} CPUs (${cpus()[0].model.trim()}); ` +
    `NestJS ${nest()}; ${versions}.`
  );
}

const nest = () =>
  createRequire(new URL('../../../../package.json', import.meta.url))('@nestjs/core/package.json')
    .version;

export function explain({ express, fastify }) {
  const { verify, http } = settings;
  return `\
- All figures are from one run. The contenders take turns in
  ${verify.rounds} rounds of ${verify.slice} ms without HTTP and ${http.rounds} rounds of ${http.seconds} s with HTTP.
  Figures are medians. Ratios are medians of the ratios of the rounds.
- A ratio with the target _at least_ or _over_ compares speed (how many times as fast). A ratio with
  the target _at most_ compares cost (how many times the cost).
- All contenders check issuer, audience and algorithm, and start with the keys in memory. fast-jwt,
  aws-jwt-verify and crypto.verify are called without a promise and use a fixed key or key set.
  nestjs-authgear and jose refresh the key set of the issuer. A contender that refuses a valid token
  or accepts an invalid one is excluded.
- Tokens "never seen" are ${settings.tokens.toLocaleString('en')} tokens in turn, more than a cache of 10,000 holds.
  In the realistic mix, 1,000 users are active. Each token is used about 100 times, and then a new
  one replaces it.
- HTTP: ${pinning}.
  The threads of the server share its CPU. The CPU was busy at least
  ${busy(express)} (Express) and ${busy(fastify)} (Fastify) of the time. If this is much less than 100 %,
  the load generator or other work on the machine limited the throughput, and the rows with CPU per
  request are more informative.
- A forged token has the signature of another token. Forged tokens arrive at 5,000 per second, or at
  half of the throughput of the header-only guard if that is less. p99 is measured with 300 requests
  per second of ordinary users. The p99 of the header-only guard during the flood shows the limit of
  the machine.
- Memory is heap and buffers after full garbage collections. "Gained" excludes what an earlier 10,000
  tokens of the same kind had already allocated.`;
}

/** The lowest share among all contenders in the realistic mix. */
function busy({ realistic }) {
  const parts = Object.values(realistic).flatMap((rounds) => rounds.map((round) => round.busy));
  return `${Math.round(Math.min(...parts) * 100)} %`;
}
