import 'reflect-metadata';
import { startApplication } from './application.js';
import { readSettings } from './settings.js';

async function bootstrap(): Promise<void> {
  const app = await startApplication(readSettings(process.env));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void app.close());
  }
  console.log(`The application listens at ${await app.getUrl()}`);
}

bootstrap().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
