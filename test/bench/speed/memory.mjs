// What verified tokens cost in memory, in a process of its own: megabytes after full collections.
import { createTokenService, require } from './library.mjs';
import { parameters } from './processes.mjs';
import { withUnknownKey } from './tokens.mjs';

const { TestIssuer } = require('nestjs-authgear/testing');

const ALGORITHM = 'ES256'; // the cheapest to sign: 200,000 tokens are made on the way
const SIZE = 1_024;
const AT_ONCE = 50;
const MEGABYTE = 1024 * 1024;

const { cached, distinct, garbage } = parameters();
const issuer = await TestIssuer.listen({ algorithm: ALGORITHM });
issuer.clock.set(Date.now());
const world = { algorithm: ALGORITHM, issuer: issuer.issuer };

let made = 0;
function token(padding = 0) {
  made += 1;
  return issuer.accessToken({
    sub: `user-${String(made).padStart(8, '0')}`,
    expiresIn: 7_200,
    claims: { padding: '-'.repeat(padding) },
  });
}
/** Base64url has four letters for three. */
const padding = Math.max(0, Math.floor(((SIZE - token().length) * 3) / 4));

const goodOne = () => token(padding);
let original = goodOne();
/** Not even a token every other time, else one of a key that nobody has. */
const badOne = () => (made++ % 2 === 0 ? `${made}.`.repeat(300) : withUnknownKey(original));

function megabytes() {
  for (let time = 0; time < 4; time += 1) globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / MEGABYTE;
}

async function verifyAll(verify, count, make) {
  for (let done = 0; done < count; done += AT_ONCE) {
    await Promise.allSettled(Array.from({ length: AT_ONCE }, async () => verify(make())));
  }
}

/** How much more is in use after some work. */
async function growth(work) {
  const before = megabytes();
  await work();
  return megabytes() - before;
}

async function measureOurs() {
  const { tokens, close } = await createTokenService(world);
  const verify = (text) => tokens.verifyAccessToken(text);
  await verify(goodOne());
  const full = await growth(() => verifyAll(verify, cached, goodOne));
  const afterDistinct = await growth(() => verifyAll(verify, distinct, goodOne));
  await verifyAll(verify, cached, badOne);
  const afterGarbage = await growth(() => verifyAll(verify, garbage, badOne));
  await close();
  return { full, afterDistinct, afterGarbage };
}

async function measureFastJwt() {
  const { createVerifier } = await import('fast-jwt');
  const key = issuer.signingKey.publicKey.export({ type: 'spki', format: 'pem' });
  const verify = createVerifier({
    key,
    cache: cached,
    algorithms: [ALGORITHM],
    allowedIss: issuer.issuer,
    allowedAud: issuer.issuer,
  });
  verify(goodOne());
  return growth(() => verifyAll(verify, cached, goodOne));
}

// Once for nothing: code that is compiled on the way is not what tokens cost.
const { tokens, close } = await createTokenService(world);
await verifyAll((text) => tokens.verifyAccessToken(text), cached, goodOne);
await verifyAll((text) => tokens.verifyAccessToken(text), cached, badOne);
await close();

original = goodOne();
const ours = await measureOurs();
const fastJwt = await measureFastJwt();
const result = { size: goodOne().length, ours, 'fast-jwt, cache': { full: fastJwt } };
process.send(result, () => process.exit());
