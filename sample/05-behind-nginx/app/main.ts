import 'reflect-metadata';
import { startApplication } from './application.js';
import { readSettings } from './settings.js';
import { explain } from './terminal.js';

async function main(): Promise<void> {
  const app = await startApplication(readSettings(process.env));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void app.close());
  console.log(`The application listens at ${await app.getUrl()}`);
}

main().catch((error: unknown) => {
  console.error(explain(error));
  process.exit(1);
});
