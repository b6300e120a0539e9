import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { explainPort, type Settings } from './settings.js';

/** Loopback only: nobody is to go round the proxy. Where both are on different machines, a firewall or a network of their own does that. */
const LOOPBACK = '127.0.0.1';

export async function startApplication(settings: Settings): Promise<INestApplication> {
  const app = await NestFactory.create(AppModule.register(settings), {
    logger: ['fatal', 'error', 'warn'],
    // What goes wrong before it listens is thrown to main.ts, which explains it in one line, and not logged beside that.
    abortOnError: false,
    bufferLogs: true,
    autoFlushLogs: false,
    // nginx keeps connections open, which must not keep the process alive.
    forceCloseConnections: true,
  });
  try {
    await app.listen(settings.port, LOOPBACK);
  } catch (error) {
    throw explainPort(error, settings.port);
  }
  app.flushLogs();
  return app;
}
