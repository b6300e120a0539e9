import { createRequire } from 'node:module';
import { Controller, Get, Injectable } from '@nestjs/common';
import { platforms, startTestApp } from '../../support/app.js';

/** Resolves as the library does. */
const requireFromLibrary = createRequire(new URL('../../../lib/index.ts', import.meta.url));

/** The lines of Nest's own code: who constructs providers, who calls handlers. */
const framesOfNest = (): string[] =>
  new Error('a stack').stack?.split('\n').filter((line) => line.includes('/@nestjs/')) ?? [];
const frames: string[] = [];

@Injectable()
class Witness {
  constructor() {
    frames.push(...framesOfNest());
  }
}

@Controller()
class WitnessController {
  @Get() handle() {
    frames.push(...framesOfNest());
  }
}

test.each(['common', 'core', 'platform-express', 'platform-fastify', 'testing'])(
  '@nestjs/%s is of version 11',
  (name) => {
    const { version } = requireFromLibrary(`@nestjs/${name}/package.json`) as { version: string };
    expect(version).toMatch(/^11\./);
  },
);

test.each(platforms)('it is Nest 11 that runs, on %s', async (platform) => {
  frames.length = 0;
  const t = await startTestApp({
    platform,
    controllers: [WitnessController],
    providers: [Witness],
  });
  try {
    expect((await t.get('/', t.issuer.accessToken())).status).toBe(200);
  } finally {
    await t.close();
  }
  expect(frames.length).toBeGreaterThan(1);
  for (const frame of frames)
    expect(frame).toContain('/test/consumers/nest11/node_modules/@nestjs/');
});
