import 'reflect-metadata';
import { TestIssuer } from 'nestjs-authgear/testing';
import { randomBytes } from 'node:crypto';
import { sampleFile } from '../../shared/server.js';
import { readPort } from '../../shared/settings.js';
import { run, stopOnSignal } from '../../shared/terminal.js';
import { startApplication } from '../app/application.js';
import { Nginx } from './nginx.js';
import { welcome } from './welcome.js';

const AUDIENCE = 'https://api.example';

/** Starts a fake Authgear, the application and nginx. */
run(async () => {
  const port = readPort(process.env, 'PORT', 3000);
  const closing: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closing.splice(0).toReversed()) await close();
  };
  try {
    const testIssuer = await TestIssuer.listen();
    closing.push(() => testIssuer.close());
    const { issuer } = testIssuer;
    const secret = randomBytes(32).toString('base64url');
    const app = await startApplication({
      port: 0,
      issuer,
      audience: AUDIENCE,
      proxySecret: secret,
    });
    closing.push(() => app.close());
    const application = new URL(await app.getUrl()).host;
    const template = sampleFile('05-behind-nginx/app/nginx.conf');
    const nginx = await Nginx.start({ template, port, application, issuer, secret });
    closing.push(() => nginx.stop());

    // Ctrl-C also reaches nginx. The sample ends with nginx, for whatever reason nginx ends.
    void nginx.ended.then(stop);
    stopOnSignal(stop);
    console.log(welcome({ url: `http://127.0.0.1:${port}`, application, issuer: testIssuer }));
  } catch (error) {
    await stop();
    throw error;
  }
});
