import 'reflect-metadata';
import { run, stopOnSignal } from '../../shared/terminal.js';
import { startClock } from './clock.js';
import { startIssuers } from './issuers.js';
import { readSettings } from './settings.js';
import { welcome } from './welcome.js';

/** Starts both issuers, then the application. */
run(async () => {
  const settings = readSettings(process.env);
  startClock();
  const issuers = await startIssuers();

  // The application reads its environment when its files are loaded, so they are loaded now.
  const { authgear, authpi } = issuers;
  Object.assign(process.env, { AUTHGEAR_ISSUER: authgear.name, AUTHPI_ISSUER: authpi.name });
  const { startApi } = await import('./api.js');
  const api = await startApi(settings, issuers);

  stopOnSignal(async () => {
    await api.close();
    await Promise.all([authgear.close(), authpi.close()]);
  });
  console.log(welcome(settings, issuers));
});
