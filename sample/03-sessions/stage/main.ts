import 'reflect-metadata';
import { run, stopOnSignal } from '../../shared/terminal.js';
import { FakeAuthgear } from './fake-authgear.js';
import { readSettings } from './settings.js';
import { welcome } from './welcome.js';

/** Starts the fake Authgear, then the applications. */
run(async () => {
  const settings = readSettings(process.env);
  const authgear = await FakeAuthgear.listen(`${settings.pageUrl}webhooks/authgear/events`);

  // The applications read their environment when their files are loaded, so they are loaded now.
  const { cacheFor, maxStaleness } = settings;
  Object.assign(process.env, authgear.environment, {
    CACHE_FOR: String(cacheFor),
    MAX_STALENESS: String(maxStaleness),
  });
  const { startApi } = await import('./api.js');
  const api = await startApi(settings, authgear);

  stopOnSignal(async () => {
    await api.close();
    await authgear.close();
  });
  console.log(welcome(settings, authgear));
});
