import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/free-port.js';
import { send, type HeaderFields } from './support/http.js';
import { SampleProcess } from './support/sample-process.js';

const start = (env: Record<string, string>): SampleProcess =>
  SampleProcess.run('stage/main', { TMPDIR: folder, ...env });
afterEach(() => SampleProcess.stopAll());

/** Where the sample puts what it writes. */
let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'nginx-stage-'))));
afterAll(() => rmSync(folder, { recursive: true }));

/** What such a line would send. */
function parseCurl(line: string): { address: string; target: string; fields: HeaderFields } {
  const url = new URL(/^curl -i (\S+)/.exec(line)?.[1] ?? '');
  const fields = [...line.matchAll(/ -H "([^:"]+): ([^"]*)"/g)].map(
    ([, name = '', value = '']) => [name, value] as const,
  );
  return { address: url.host, target: `GET ${url.pathname}`, fields };
}

test.each<[string, (running: SampleProcess) => Promise<number | null>]>([
  ['Ctrl-C', (running) => running.interrupt()],
  ['SIGTERM', (running) => running.stop()],
])(
  'prints three commands that do what it says, and ends by %s with nothing left',
  async (_, end) => {
    const port = await freePort();
    const running = start({ PORT: String(port) });
    await running.told(/Ctrl-C/);
    const commands = running.stdout.split('\n').filter((line) => line.startsWith('curl '));
    const answers = await Promise.all(
      commands.map((line) => {
        const { address, target, fields } = parseCurl(line);
        return send(address, target, fields);
      }),
    );
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [200, undefined],
      [401, 'credentials_missing'],
      [403, 'role_missing'],
    ]);
    expect(readdirSync(folder)).toHaveLength(1);
    expect(await end(running)).toBe(0);
    expect(running.stderr).toBe('');
    expect(readdirSync(folder)).toEqual([]);
    await expect(send(`127.0.0.1:${port}`, 'GET /api/health')).rejects.toThrow('ECONNREFUSED');
  },
);

test('says in one line that nginx is missing', async () => {
  const failed = start({ PORT: String(await freePort()), NGINX_PATH: '/nowhere/nginx' });
  expect(await failed.end()).toBe(1);
  expect(failed.stderr).toBe(
    'There is no nginx at /nowhere/nginx. On Debian: apt-get install nginx-light ' +
      'libnginx-mod-http-headers-more-filter\n',
  );
});

test('says in one line that the port is taken', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const failed = start({ PORT: String(port) });
  expect(await failed.end()).toBe(1);
  await new Promise((resolve) => taken.close(resolve));
  expect(failed.stderr).toBe(`Port ${port} is taken. Set PORT to a free one.\n`);
});

test('the application does not start without the secret', async () => {
  const failed = SampleProcess.run('app/main', { PORT: '0' });
  expect(await failed.end()).toBe(1);
  expect(failed.stderr).toMatch(/proxyHeaders.*\bsecret\b/s);
  expect(failed.stderr).not.toContain('    at ');
});
