import 'reflect-metadata';
import { TestIssuer } from 'nestjs-authgear/testing';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { startApplication } from '../application.js';
import { readPort } from '../settings.js';
import { explain } from '../terminal.js';
import { Nginx } from './nginx.js';
import { welcome } from './welcome.js';

/** Authgear, the application and nginx, as they would stand on three machines. */
async function main(): Promise<void> {
  const port = readPort(process.env, 3000);
  const closing: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closing.splice(0).toReversed()) await close();
  };
  try {
    const issuer = await TestIssuer.listen();
    closing.push(() => issuer.close());
    const proxySecret = randomBytes(32).toString('base64url');
    const app = await startApplication({
      port: 0,
      issuer: issuer.issuer,
      audience: 'https://api.example',
      proxySecret,
    });
    closing.push(() => app.close());
    const application = new URL(await app.getUrl()).host;
    const template = join(__dirname, '../../nginx.conf');
    const nginx = await Nginx.start({
      template,
      port,
      application,
      issuer: issuer.issuer,
      secret: proxySecret,
    });
    closing.push(() => nginx.stop());

    // Ctrl-C reaches nginx too, and ends it; and one that ends by itself is no sample any more.
    void nginx.ended.then(stop);
    // Each time, for a second one (npm passes Ctrl-C on) must not cut the first one short: there is a folder to take away.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop());
    console.log(welcome({ url: `http://127.0.0.1:${port}`, application, issuer }));
  } catch (error) {
    await stop();
    throw error;
  }
}

main().catch((error: unknown) => {
  console.error(explain(error));
  process.exitCode = 1;
});
