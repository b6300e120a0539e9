import { createServer } from 'node:http';
import { LOOPBACK, onPort } from '../../shared/server.js';
import { withoutExpectedWarnings } from './expected-warnings.js';
import { providerConfiguration } from './provider-configuration.js';
import type { Settings } from './settings.js';
import { signIn } from './sign-in.js';

export interface RunningProvider {
  close(): Promise<void>;
}

/** Starts the built-in OpenID provider on a port of its own. A real issuer has its own host. */
export async function startProvider(settings: Settings): Promise<RunningProvider> {
  const provider = await withoutExpectedWarnings(async () => {
    // `oidc-provider` is an ES module. CommonJS code loads it by `import()`.
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
