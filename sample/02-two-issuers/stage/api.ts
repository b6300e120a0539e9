import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { applicationOptions, LOOPBACK, onPort, servePage } from '../../shared/server.js';
import type { Issuers } from './issuers.js';
import type { Settings } from './settings.js';
import { StageModule } from './stage.module.js';

export async function startApi(
  { port }: Settings,
  issuers: Issuers,
): Promise<NestExpressApplication> {
  const root = StageModule.register(issuers);
  const app = await NestFactory.create<NestExpressApplication>(root, applicationOptions);
  servePage(app, '02-two-issuers');
  await onPort(port, 'PORT', () => app.listen(port, LOOPBACK));
  app.flushLogs();
  return app;
}
