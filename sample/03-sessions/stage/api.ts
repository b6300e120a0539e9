import type { INestApplication, NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { join } from 'node:path';
import { LocalModule } from './protections/local.module.js';
import { ResolverModule } from './protections/resolver.module.js';
import { StalenessModule } from './protections/staleness.module.js';
import { WebhooksModule } from './protections/webhooks.module.js';
import { SettingsError, type Settings } from './settings.js';
import type { FakeAuthgear } from './stage/fake-authgear.js';
import { StageModule } from './stage/stage.module.js';

/** Loopback only: whoever reaches this sample can sign in, and disable the account. */
const LOOPBACK = 'localhost';

/**
 * An application for each protection, under a path of its own. One could have them all, but then the webhook would help the others: what it revokes is
 * revoked for its whole application.
 */
const protections = {
  '/local': LocalModule,
  '/resolver': ResolverModule,
  '/webhooks': WebhooksModule,
  '/staleness': StalenessModule,
};

const options: NestApplicationOptions = {
  logger: ['fatal', 'error', 'warn'],
  // What goes wrong before the API listens is thrown to main.ts, which explains it in one line, and not logged beside that.
  abortOnError: false,
  bufferLogs: true,
  autoFlushLogs: false,
};

export async function startApi(
  { port }: Settings,
  authgear: FakeAuthgear,
): Promise<{ close(): Promise<void> }> {
  // Browsers keep connections open, which must not keep the process alive.
  const stage = await NestFactory.create<NestExpressApplication>(StageModule.register(authgear), {
    ...options,
    forceCloseConnections: true,
  });
  const applications: INestApplication[] = [stage];
  for (const [path, module] of Object.entries(protections)) {
    // The signature of a webhook is over the body as it came, so NestJS has to keep that.
    const application = await NestFactory.create<NestExpressApplication>(module, {
      ...options,
      rawBody: true,
    });
    await application.init();
    stage.use(path, application.getHttpAdapter().getInstance());
    applications.push(application);
  }
  stage.useStaticAssets(join(__dirname, '../public'));
  try {
    await stage.listen(port, LOOPBACK);
  } catch (error) {
    throw explained(error, port);
  }
  stage.flushLogs();
  return {
    close: async () =>
      void (await Promise.all(applications.map((application) => application.close()))),
  };
}

/** A port that cannot be had becomes a message that says what to do. */
function explained(error: unknown, port: number): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    return new SettingsError(`Port ${port} is taken. Set PORT to a free one.`);
  if (code === 'EACCES')
    return new SettingsError(`Port ${port} is not allowed for you. Set PORT to one above 1023.`);
  return error;
}
