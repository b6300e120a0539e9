import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { readSettings } from './settings.js';

/** One replica of the API: a process of its own. */
async function main(): Promise<void> {
  // Webhooks are signed as they were sent, so the raw body is needed.
  const app = await NestFactory.create(AppModule, { rawBody: true, logger: ['warn', 'error'] });
  app.enableShutdownHooks();
  await app.listen(readSettings(process.env).port, '127.0.0.1');
  const url = await app.getUrl();
  console.log(`listening on ${url}`);
  process.send?.({ url });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
