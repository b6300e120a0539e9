import 'reflect-metadata';
import { readSettings } from './settings.js';
import { startClock } from './stage/clock.js';
import { startIssuers } from './stage/issuers.js';
import { explain, welcome } from './terminal.js';

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  startClock();
  const issuers = await startIssuers();

  // An application of yours finds the names of its issuers in its environment. These have theirs since a moment ago, so the application is
  // loaded now and not before: decorators such as @Issuers() are read when their file is.
  process.env['AUTHGEAR_ISSUER'] = issuers.authgear.name;
  process.env['AUTHPI_ISSUER'] = issuers.authpi.name;
  const { startApi } = await import('./api.js');
  const api = await startApi(settings, issuers);

  const stop = async (): Promise<void> => {
    await api.close();
    await Promise.all([issuers.authgear.close(), issuers.authpi.close()]);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());

  console.log(welcome(settings, issuers));
}

main().catch((error: unknown) => {
  console.error(explain(error));
  process.exit(1);
});
