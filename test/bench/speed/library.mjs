// The library under test, imported by its name from the repository's root: this folder is a package
// of its own.
import { createRequire } from 'node:module';

export const require = createRequire(new URL('../../../package.json', import.meta.url));

export const OURS = 'nestjs-authgear';
/** As fast-jwt and aws-jwt-verify are when they remember nothing. */
export const OURS_UNCACHED = 'nestjs-authgear, no cache';

/**
 * What the module is told about an issuer: nothing but what it must be told. Everything else has
 * its default.
 */
export function moduleOptions({ issuer, algorithm }) {
  return {
    issuer,
    audience: issuer,
    ...(algorithm === 'RS256' ? {} : { algorithms: [algorithm] }),
  };
}

/** The `TokenService` of an application of its own. */
export async function createTokenService(world, options) {
  require('reflect-metadata');
  const { NestFactory } = require('@nestjs/core');
  const { AuthgearModule, TokenService } = require('nestjs-authgear');
  const module = AuthgearModule.forRoot({
    ...moduleOptions(world),
    ...options,
    globalGuard: false,
  });
  const app = await NestFactory.createApplicationContext(module, { logger: false });
  return { tokens: app.get(TokenService), close: () => app.close() };
}
