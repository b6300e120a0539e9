import { createServer } from 'node:http';
import { withoutExpectedWarnings } from './expected-warnings.js';
import { LOOPBACK, onPort } from './listen.js';
import { providerConfiguration } from './provider-configuration.js';
import type { Settings } from './settings.js';
import { signIn } from './sign-in.js';

export interface RunningProvider {
  close(): Promise<void>;
}

/** The built-in OpenID provider, on a port of its own, as an issuer in real life is on a host of its own. */
export async function startProvider(settings: Settings): Promise<RunningProvider> {
  const provider = await withoutExpectedWarnings(async () => {
    // An ES module, which a CommonJS one like this loads so.
    const { Provider } = await import('oidc-provider');
    return new Provider(settings.issuer, providerConfiguration(settings));
  });
  provider.use(signIn(provider, settings));

  const handle = provider.callback();
  const server = createServer((request, response) => void handle(request, response));
  await onPort(
    settings.issuerPort,
    'ISSUER_PORT',
    () =>
      new Promise<void>((resolve, reject) =>
        server.once('error', reject).listen(settings.issuerPort, LOOPBACK, resolve),
      ),
  );

  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
