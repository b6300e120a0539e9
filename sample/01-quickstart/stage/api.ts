import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { join } from 'node:path';
import { AppModule } from './app.module.js';
import { LOOPBACK, onPort } from './listen.js';
import type { Settings } from './settings.js';

export async function startApi(settings: Settings): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.register(settings), {
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
  await onPort(settings.port, 'PORT', () => app.listen(settings.port, LOOPBACK));
  app.flushLogs();
  return app;
}
