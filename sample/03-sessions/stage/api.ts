import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { applicationOptions, LOOPBACK, onPort, servePage } from '../../shared/server.js';
import { LocalModule } from '../app/protections/local.module.js';
import { ResolverModule } from '../app/protections/resolver.module.js';
import { StalenessModule } from '../app/protections/staleness.module.js';
import { WebhooksModule } from '../app/protections/webhooks.module.js';
import type { FakeAuthgear } from './fake-authgear.js';
import type { Settings } from './settings.js';
import { StageModule } from './stage.module.js';

/**
 * One application per protection, each with its own path. A webhook revokes tokens for its whole
 * application, so in one application it would help the other protections too.
 */
const protections = {
  '/local': LocalModule,
  '/resolver': ResolverModule,
  '/webhooks': WebhooksModule,
  '/staleness': StalenessModule,
};

export async function startApi(
  { port }: Settings,
  authgear: FakeAuthgear,
): Promise<{ close(): Promise<void> }> {
  const root = StageModule.register(authgear);
  const stage = await NestFactory.create<NestExpressApplication>(root, applicationOptions);
  const applications: INestApplication[] = [stage];
  for (const [path, module] of Object.entries(protections)) {
    // The signature of a webhook covers the raw body.
    const options = { ...applicationOptions, rawBody: true };
    const application = await NestFactory.create<NestExpressApplication>(module, options);
    await application.init();
    stage.use(path, application.getHttpAdapter().getInstance());
    applications.push(application);
  }
  servePage(stage, '03-sessions');
  await onPort(port, 'PORT', () => stage.listen(port, LOOPBACK));
  stage.flushLogs();
  return {
    close: async () => {
      await Promise.all(applications.map((application) => application.close()));
    },
  };
}
