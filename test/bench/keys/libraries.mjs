// The libraries, each as a function from an issuer to `verify(token)`, with keys from the issuer's
// addresses.
import { createRequire } from 'node:module';

// This folder is a package of its own, so the library is asked for from the repository's.
const require = createRequire(new URL('../../../package.json', import.meta.url));

export const MINUTE = 60_000;
/** How long keys are kept, where it can be said. */
export const LIFETIME = 10 * MINUTE;
/** How long known keys outlive that while the issuer cannot be reached, where it can be said. */
const STALE_FOR = 60 * MINUTE;
/** How long one fetch may take, where it can be said. */
export const DEADLINE = 500;

const JWKS_PATH = '/oauth2/jwks';

export const OURS = 'nestjs-authgear';

export const libraries = {
  [OURS]: async ({ issuer }) => {
    require('reflect-metadata');
    const { NestFactory } = require('@nestjs/core');
    const { AuthgearModule, TokenService } = require('nestjs-authgear');
    const keys = {
      defaultAge: LIFETIME / 1000,
      staleFor: STALE_FOR / 1000,
      timeout: DEADLINE / 1000,
    };
    const logger = { log() {}, warn() {}, error() {} };
    const module = AuthgearModule.forRoot({
      issuer,
      audience: issuer,
      keys,
      tokenCache: false,
      logger,
      globalGuard: false,
    });
    const app = await NestFactory.createApplicationContext(module, { logger: false });
    const tokens = app.get(TokenService);
    return (token) => tokens.verifyAccessToken(token);
  },

  'jwks-rsa': (issuer) => jwksRsa(issuer, {}),
  'jwks-rsa, fallback': (issuer) => jwksRsa(issuer, { cacheMaxAgeFallback: STALE_FOR }),

  'get-jwks': async ({ issuer }) => {
    const { default: buildGetJwks } = await import('get-jwks');
    const { createVerifier } = await import('fast-jwt');
    const getJwks = buildGetJwks({
      jwksPath: JWKS_PATH,
      issuersWhitelist: [issuer],
      ttl: LIFETIME,
      timeout: DEADLINE,
    });
    const key = ({ header: { kid, alg } }) => getJwks.getPublicKey({ kid, alg, domain: issuer });
    return createVerifier({ key, algorithms: ['RS256'], allowedIss: issuer, allowedAud: issuer });
  },

  jose: async ({ issuer }) => {
    const { createRemoteJWKSet, jwtVerify } = await import('jose');
    const keys = createRemoteJWKSet(new URL(issuer + JWKS_PATH), {
      cacheMaxAge: LIFETIME,
      timeoutDuration: DEADLINE,
    });
    return (token) => jwtVerify(token, keys, { issuer, audience: issuer, algorithms: ['RS256'] });
  },

  'aws-jwt-verify': async ({ issuer }) => {
    const { JwtVerifier } = await import('aws-jwt-verify');
    const { SimpleJwksCache } = await import('aws-jwt-verify/jwk');
    const fetcher = {
      fetch: async (uri) => {
        const response = await fetch(uri, { signal: AbortSignal.timeout(DEADLINE) });
        if (!response.ok) throw new Error(`it answered ${response.status}`);
        return response.arrayBuffer();
      },
    };
    const jwksCache = new SimpleJwksCache({ fetcher });
    const verifier = JwtVerifier.create(
      { issuer, audience: issuer, jwksUri: issuer + JWKS_PATH },
      { jwksCache },
    );
    return (token) => verifier.verify(token);
  },
};

async function jwksRsa({ issuer }, options) {
  const { default: jwksClient } = await import('jwks-rsa');
  const { default: jsonwebtoken } = await import('jsonwebtoken');
  const client = jwksClient({
    jwksUri: issuer + JWKS_PATH,
    cache: true,
    cacheMaxAge: LIFETIME,
    rateLimit: true,
    jwksRequestsPerMinute: 10,
    timeout: DEADLINE,
    ...options,
  });
  const getKey = ({ kid }, done) =>
    client.getSigningKey(kid, (error, key) => done(error, key?.getPublicKey()));
  const checks = { issuer, audience: issuer, algorithms: ['RS256'] };
  return (token) =>
    new Promise((resolve, reject) => {
      jsonwebtoken.verify(token, getKey, checks, (error, claims) =>
        error ? reject(error) : resolve(claims),
      );
    });
}
