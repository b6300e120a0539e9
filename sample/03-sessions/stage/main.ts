import 'reflect-metadata';
import { readSettings } from './settings.js';
import { FakeAuthgear } from './stage/fake-authgear.js';
import { explain, welcome } from './terminal.js';

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const authgear = await FakeAuthgear.listen(`${settings.pageUrl}webhooks/authgear/events`);

  // An application of yours finds these in its environment. They are known since a moment ago, so the applications are loaded now and not before:
  // decorators such as @MaxStaleness() are read when their file is.
  const { cacheFor, maxStaleness } = settings;
  Object.assign(process.env, authgear.environment, {
    CACHE_FOR: String(cacheFor),
    MAX_STALENESS: String(maxStaleness),
  });
  const { startApi } = await import('./api.js');
  const api = await startApi(settings, authgear);

  const stop = async (): Promise<void> => {
    await api.close();
    await authgear.close();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());

  console.log(welcome(settings, authgear));
}

main().catch((error: unknown) => {
  console.error(explain(error));
  process.exit(1);
});
