// The libraries as functions from a world to `verify(token)`: issuer, audience and algorithm
// checked by all, keys at hand, each in the fastest form that it has.
import { createPublicKey, verify as verifySignature } from 'node:crypto';
import { createTokenService, OURS, OURS_UNCACHED } from '../library.mjs';

export const verifiers = {
  [OURS]: async (world) => ours(world),
  [OURS_UNCACHED]: async (world) => ours(world, { tokenCache: false }),

  jose: async ({ issuer, jwksUri, algorithm }) => {
    const { createRemoteJWKSet, jwtVerify } = await import('jose');
    const keys = createRemoteJWKSet(new URL(jwksUri));
    const checks = { issuer, audience: issuer, typ: 'at+jwt', algorithms: [algorithm] };
    return (token) => jwtVerify(token, keys, checks);
  },

  'fast-jwt': async (world) => fastJwt(world, { key: pem(world) }),
  'fast-jwt, cache': async (world) => fastJwt(world, { key: pem(world), cache: true }),

  /** With one key it never asks which key is meant. */
  'fast-jwt, key by kid': async (world) => {
    const keys = new Map(world.jwks.keys.map(({ kid }) => [kid, pem(world)]));
    const key = async ({ header: { kid } }) =>
      keys.get(kid) ?? Promise.reject(new Error('no such key'));
    return fastJwt(world, { key });
  },

  'aws-jwt-verify': async ({ issuer, jwksUri, jwks }) => {
    const { JwtVerifier } = await import('aws-jwt-verify');
    const verifier = JwtVerifier.create({ issuer, audience: issuer, jwksUri });
    verifier.cacheJwks(jwks);
    return (token) => verifier.verifySync(token);
  },

  /** Not a peer but the floor: it checks nothing else. */
  'crypto.verify': async (world) => {
    const holds = signatureCheck(world);
    return (token) => {
      if (!holds(token, token.lastIndexOf('.'))) throw new Error('the signature does not hold');
    };
  },

  'crypto.verify + JSON.parse': async (world) => {
    const holds = signatureCheck(world);
    return (token) => {
      const end = token.lastIndexOf('.');
      if (!holds(token, end)) throw new Error('the signature does not hold');
      return JSON.parse(
        Buffer.from(token.slice(token.indexOf('.') + 1, end), 'base64url').toString(),
      );
    };
  },
};

async function ours(world, options) {
  const { tokens } = await createTokenService(world, options);
  return (token) => tokens.verifyAccessToken(token);
}

async function fastJwt({ issuer, algorithm }, options) {
  const { createVerifier } = await import('fast-jwt');
  return createVerifier({
    algorithms: [algorithm],
    allowedIss: issuer,
    allowedAud: issuer,
    ...options,
  });
}

const publicKey = ({ jwks }) => createPublicKey({ key: jwks.keys[0], format: 'jwk' });

const pem = (world) => publicKey(world).export({ type: 'spki', format: 'pem' });

function signatureCheck(world) {
  const key = { key: publicKey(world), dsaEncoding: 'ieee-p1363' };
  const digest = world.algorithm === 'EdDSA' ? null : 'sha256';
  return (token, end) =>
    verifySignature(
      digest,
      Buffer.from(token.slice(0, end)),
      key,
      Buffer.from(token.slice(end + 1), 'base64url'),
    );
}
