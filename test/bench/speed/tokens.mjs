// Issuers and their tokens, good and bad. Made before anything is timed, since a signature costs
// more than its verification.
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { require } from './library.mjs';

const { TestIssuer } = require('nestjs-authgear/testing');

/** Longer than any run. */
const EXPIRES_IN = 7_200;
/** Bad tokens of each kind. No contender remembers a refusal, so they may come again. */
const BAD = 200;
const SAY_EVERY = 500;

/**
 * What is refused before any signature is looked at, by those who look there first, and what is
 * not.
 */
export const badKinds = ['garbage', 'expired', 'wrong audience', 'unknown key', 'bad signature'];

/** A world per algorithm: an issuer that listens and a file with its tokens. */
export async function createWorlds(algorithms, count, say) {
  const folder = await mkdtemp(join(tmpdir(), 'nestjs-authgear-bench-'));
  const issuers = {};
  const worlds = {};
  for (const algorithm of algorithms) {
    const issuer = (issuers[algorithm] = await TestIssuer.listen({ algorithm }));
    issuer.clock.set(Date.now());
    const good = await mint(issuer, count, (done) => say(`${algorithm}, ${done} of ${count}`));
    const file = join(folder, `${algorithm}.json`);
    await writeFile(file, JSON.stringify({ good, ...spoil(issuer, good) }));
    worlds[algorithm] = {
      algorithm,
      file,
      issuer: issuer.issuer,
      jwksUri: issuer.jwksUri,
      jwks: issuer.jwks(),
    };
  }
  const close = async () => {
    await Promise.all(Object.values(issuers).map((issuer) => issuer.close()));
    await rm(folder, { recursive: true });
  };
  return { worlds, close };
}

/** The tokens of a world, in a process that was told about it. */
export async function readTokens({ file }) {
  return JSON.parse(await readFile(file, 'utf8'));
}

async function mint(issuer, count, say) {
  const tokens = [];
  while (tokens.length < count) {
    if (tokens.length % SAY_EVERY === 0) say(tokens.length);
    tokens.push(issuer.accessToken({ sub: `user-${tokens.length}`, expiresIn: EXPIRES_IN }));
    await breathe();
  }
  return tokens;
}

function spoil(issuer, good) {
  const some = good.slice(0, BAD);
  const wrong = (kind) =>
    some.map((_, index) =>
      issuer.wrongToken(kind, { sub: `user-${index}`, expiresIn: EXPIRES_IN }),
    );
  return {
    garbage: some.map((token) => scramble(token)),
    expired: wrong('expired'),
    'wrong audience': wrong('other audience'),
    'unknown key': some.map((token) => withUnknownKey(token)),
    // Another token's signature: real work for whoever checks it, while random bytes might be
    // refused by their size.
    'bad signature': good.map((token, index) =>
      withSignatureOf(token, good[(index + 1) % good.length]),
    ),
  };
}

const scramble = (token) =>
  token
    .split('.')
    .map((part) => randomBytes(Math.ceil(part.length * 0.75)).toString('base64url'))
    .join('.');

/** The key id is one that the issuer does not have. */
export function withUnknownKey(token) {
  const [header, ...rest] = token.split('.');
  const changed = { ...JSON.parse(Buffer.from(header, 'base64url')), kid: randomUUID() };
  return [Buffer.from(JSON.stringify(changed)).toString('base64url'), ...rest].join('.');
}

function withSignatureOf(token, other) {
  return token.slice(0, token.lastIndexOf('.')) + other.slice(other.lastIndexOf('.'));
}
