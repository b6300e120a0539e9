import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { join } from 'node:path';
import { AppModule } from './app.module.js';
import { SettingsError, type Settings } from './settings.js';
import type { Issuers } from './stage/issuers.js';
import { StageModule } from './stage/stage.module.js';

/** Loopback only: whoever reaches this sample can pull its plugs and get its tokens. */
const LOOPBACK = 'localhost';

export async function startApi(
  { port }: Settings,
  issuers: Issuers,
): Promise<NestExpressApplication> {
  const root = { module: class Sample {}, imports: [AppModule, StageModule.register(issuers)] };
  const app = await NestFactory.create<NestExpressApplication>(root, {
    logger: ['fatal', 'error', 'warn'],
    // What goes wrong before the API listens is thrown to main.ts, which explains it in one line, and not logged beside that.
    abortOnError: false,
    bufferLogs: true,
    autoFlushLogs: false,
    // Browsers keep connections open, which must not keep the process alive.
    forceCloseConnections: true,
  });
  // Files are served by Express before Nest's router, so the guard is not asked about them.
  app.useStaticAssets(join(__dirname, '../public'));
  try {
    await app.listen(port, LOOPBACK);
  } catch (error) {
    throw explained(error, port);
  }
  app.flushLogs();
  return app;
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
