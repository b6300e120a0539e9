// What a reader must know to judge the figures: where they come from and what they leave out.
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
  return `- All figures are of one run: contenders take turns in ${verify.rounds} rounds of ${verify.slice} ms without HTTP and ${http.rounds} of ${http.seconds} s with it. Figures are medians, ratios medians of the rounds' ratios.
- A ratio that must be _at least_ or _over_ something says how many times as fast, one that must be _at most_ something how many times the cost.
- Everyone checks issuer, audience and algorithm, and has the keys at hand. fast-jwt, aws-jwt-verify and crypto.verify are called without any promise and hold one fixed key or set; nestjs-authgear and jose keep theirs fresh from the issuer. Whoever refuses a good token or accepts a bad one does not take part.
- Tokens that were never seen are ${settings.tokens.toLocaleString('en')} in turn, more than a cache of 1,000 remembers. In the realistic mix 1,000 users make 100,000 requests, 500 of them at a time: one request in a hundred brings a new token.
- HTTP: ${pinning}. The server's threads share its CPU. It was busy ${busy(express)} (Express) and ${busy(fastify)} (Fastify) of the time at least; where that is much under 100 %, the load generator or other work on the machine held requests back, and the rows of CPU per request tell more.
- A forged token has the signature of another one. Forgeries come at 5,000 a second, or half of what the header-only guard serves if that is less. p99 is of 300 requests a second of ordinary users. What users of the header-only guard wait beside the flood is what the machine allows.
- Memory is heap and buffers after full collections; gained is what 1,000 tokens of that kind before had not already taken.`;
}

/** The least of all contenders in the realistic mix. */
function busy({ realistic }) {
  const parts = Object.values(realistic).flatMap((rounds) => rounds.map((round) => round.busy));
  return `${Math.round(Math.min(...parts) * 100)} %`;
}
