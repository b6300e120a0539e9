import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { applicationOptions, LOOPBACK, onPort, servePage } from '../../shared/server.js';
import type { Settings } from './settings.js';
import { StageModule } from './stage.module.js';

export async function startApi(settings: Settings): Promise<NestExpressApplication> {
  const root = StageModule.register(settings);
  const app = await NestFactory.create<NestExpressApplication>(root, applicationOptions);
  servePage(app, '01-quickstart');
  await onPort(settings.port, 'PORT', () => app.listen(settings.port, LOOPBACK));
  app.flushLogs();
  return app;
}
