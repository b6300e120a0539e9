import 'reflect-metadata';
import { run, stopOnSignal } from '../../shared/terminal.js';
import { getFirstToken } from './first-token.js';
import { startProvider } from './provider.js';
import { readSettings } from './settings.js';
import { welcome } from './welcome.js';

/** Starts the provider, then the application, and gets a token for the terminal. */
run(async () => {
  const settings = readSettings(process.env);
  const provider = settings.embedded ? await startProvider(settings) : undefined;

  // The application reads its environment when its files are loaded, so they are loaded now.
  const { issuer, clientId } = settings;
  Object.assign(process.env, { AUTHGEAR_ENDPOINT: issuer, AUTHGEAR_CLIENT_ID: clientId });
  const { startApi } = await import('./api.js');
  const api = await startApi(settings);
  const token = settings.embedded ? await getFirstToken(settings) : undefined;

  stopOnSignal(async () => {
    await api.close();
    await provider?.close();
  });
  console.log(welcome(settings, token));
});
