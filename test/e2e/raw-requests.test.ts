import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { Controller, Get } from '@nestjs/common';
import { platforms, startTestApp, type TestApp } from '../support/app.js';

@Controller()
class RouteController {
  @Get() route() {
    return {};
  }
}

/** Clients normalize headers; an attacker does not. */
async function statusOfRaw(url: string, lines: readonly string[]): Promise<number> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(
    ['GET / HTTP/1.1', `Host: ${hostname}`, 'Connection: close', ...lines, '', ''].join('\r\n'),
    'latin1',
  );
  let answer = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => (answer += chunk));
  await once(socket, 'close');
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
}

describe.each(platforms)('raw requests on %s', (platform) => {
  let t: TestApp;
  beforeAll(async () => {
    t = await startTestApp({ platform, controllers: [RouteController] });
  });
  afterAll(() => t.close());

  test('two Authorization fields: 400, good or not', async () => {
    const good = `Authorization: Bearer ${t.issuer.accessToken()}`;
    expect(await statusOfRaw(t.url, [good])).toBe(200);
    expect(await statusOfRaw(t.url, [good, good])).toBe(400);
    expect(await statusOfRaw(t.url, [good, 'authorization: Basic abc'])).toBe(400);
  });

  test('a header that middleware has changed is used', async () => {
    const own = await startTestApp({
      platform,
      controllers: [RouteController],
      prepare: (prepared) =>
        prepared.use((request: IncomingMessage, _: unknown, next: () => void) => {
          const token = new URL(request.url ?? '', 'http://host').searchParams.get('token');
          if (token === 'none') delete request.headers.authorization;
          else if (token !== null) request.headers.authorization = `Bearer ${token}`;
          next();
        }),
    });
    const good = own.issuer.accessToken();
    expect((await own.get(`/?token=${good}`)).status).toBe(200);
    expect((await own.get(`/?token=${good}`, 'bad')).status).toBe(200);
    expect((await own.get('/?token=bad', good)).status).toBe(401);
    expect((await own.get('/?token=none', good)).status).toBe(401);
    await own.close();
  });

  test('scheme in any case, several spaces', async () => {
    const token = t.issuer.accessToken();
    expect(await statusOfRaw(t.url, [`AUTHORIZATION: bEaReR   ${token}`])).toBe(200);
    expect(await statusOfRaw(t.url, [`Authorization: Bearer\t${token}`])).not.toBe(200);
  });

  test('bytes that are not ASCII: refused', async () => {
    expect(await statusOfRaw(t.url, ['Authorization: Bearer \xff\xfe'])).toBe(400);
  });

  test('a token in query or body is not read', async () => {
    const response = await fetch(`${t.url}/?access_token=${t.issuer.accessToken()}`);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
  });
});
