import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { readSettings } from './settings.js';

async function bootstrap(): Promise<void> {
  // The signature of a webhook covers the raw body.
  const app = await NestFactory.create(AppModule, { rawBody: true, logger: ['warn', 'error'] });
  app.enableShutdownHooks();
  await app.listen(readSettings(process.env).port, '127.0.0.1');
  console.log(`The replica listens at ${await app.getUrl()}`);
}

void bootstrap();
