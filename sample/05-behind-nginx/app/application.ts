import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import type { Settings } from './settings.js';

/**
 * Loopback: clients reach the application through nginx only. If nginx runs on another machine, use
 * a firewall or a private network.
 */
const LOOPBACK = '127.0.0.1';

export async function startApplication(settings: Settings): Promise<INestApplication> {
  const app = await NestFactory.create(AppModule.register(settings), {
    logger: ['fatal', 'error', 'warn'],
    // An error during startup is thrown to the caller, which prints it. It is not logged too.
    abortOnError: false,
    bufferLogs: true,
    autoFlushLogs: false,
    // nginx keeps connections open. An open connection must not keep the process alive.
    forceCloseConnections: true,
  });
  await app.listen(settings.port, LOOPBACK);
  app.flushLogs();
  return app;
}
