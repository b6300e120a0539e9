import 'reflect-metadata';
import { startApi } from './api.js';
import { getFirstToken } from './first-token.js';
import { startProvider } from './provider.js';
import { readSettings } from './settings.js';
import { explain, welcome } from './terminal.js';

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const provider = settings.embedded ? await startProvider(settings) : undefined;
  const api = await startApi(settings);
  const token = settings.embedded ? await getFirstToken(settings) : undefined;

  const stop = async (): Promise<void> => {
    await api.close();
    await provider?.close();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());

  console.log(welcome(settings, token));
}

main().catch((error: unknown) => {
  console.error(explain(error));
  process.exit(1);
});
