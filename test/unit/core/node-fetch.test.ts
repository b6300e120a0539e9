import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { getJson, MAX_BYTES, type Body } from '../../../lib/core/http.js';
import { nodeFetch } from '../../../lib/core/node-fetch.js';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server;
let url: string;
let answer: Answer;
let connections: Socket[];
let requests: IncomingMessage[];
beforeEach(async () => {
  connections = [];
  requests = [];
  answer = (_, response) => void response.end('{}');
  server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  server.on('connection', (socket) => connections.push(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const { signal } = new AbortController();
const init = { method: 'GET', headers: {}, redirect: 'manual', signal } as const;
const json = async () => (await getJson(url, nodeFetch, signal)).body;

test('asks for no compression, under its own name or that of the client', async () => {
  await nodeFetch(url, init);
  await nodeFetch(url, { ...init, headers: { 'user-agent': 'Browser/1.0', cookie: 'a=b' } });
  expect(requests.map(({ method, headers }) => ({ method, agent: headers['user-agent'] }))).toEqual(
    [
      { method: 'GET', agent: 'nestjs-authgear' },
      { method: 'GET', agent: 'Browser/1.0' },
    ],
  );
  for (const { headers } of requests) expect(headers['accept-encoding']).toBe('identity');
  expect(requests[1]?.headers.cookie).toBe('a=b');
});

test('headers of the answer', async () => {
  answer = (_, response) => {
    response.setHeader('X-One', 'a');
    response.setHeader('Set-Cookie', ['a=1', 'b=2']);
    response.writeHead(418).end();
  };
  const { status, headers } = await nodeFetch(url, init);
  expect(status).toBe(418);
  expect([headers.get('X-ONE'), headers.get('x-two')]).toEqual(['a', null]);
  expect(headers.getSetCookie?.()).toEqual(['a=1', 'b=2']);
  expect(headers.get('set-cookie')).toBe('a=1, b=2');
});

test('no redirect is followed', async () => {
  answer = (_, response) => void response.writeHead(302, { location: url }).end();
  expect((await nodeFetch(url, init)).status).toBe(302);
  expect(requests).toHaveLength(1);
});

test('connections are used again, also when a body is not read', async () => {
  await json();
  await json();
  const { body } = await nodeFetch(url, init);
  (body as Body).cancel?.();
  await new Promise(setImmediate);
  await json();
  expect(requests).toHaveLength(4);
  expect(connections.length).toBeLessThanOrEqual(2);
});

test('a connection that the server closed meanwhile is replaced once', async () => {
  await json();
  let isFirst = true;
  answer = (request, response) => {
    if (isFirst) request.socket.destroy();
    else response.end('{"again":true}');
    isFirst = false;
  };
  expect(await json()).toEqual({ again: true });
  expect(requests).toHaveLength(3);
});

test('a new connection that is closed is a failure', async () => {
  answer = ({ socket }) => void socket.destroy();
  await expect(json()).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(requests).toHaveLength(1);
});

test.each(['gzip', 'deflate', 'br', 'zstd', 'x\u00e9'])(
  'a body in %s is refused',
  async (coding) => {
    answer = (_, response) => {
      response.setHeader('Content-Encoding', coding);
      response.end(gzipSync('{}'));
    };
    await expect(json()).rejects.toThrow(/content encoding "[\x20-\x7e]+", and none was accepted/);
  },
);

test('identity is no encoding', async () => {
  answer = (_, response) => {
    response.setHeader('Content-Encoding', 'identity');
    response.end('{}');
  };
  expect(await json()).toEqual({});
});

test('reading stops at the limit', async () => {
  answer = (_, response) => void response.end(' '.repeat(MAX_BYTES + 1));
  await expect(json()).rejects.toThrow(String(MAX_BYTES));
});

test('the signal ends a request that hangs', async () => {
  answer = () => undefined;
  const controller = new AbortController();
  const work = nodeFetch(url, { ...init, signal: controller.signal });
  controller.abort();
  await expect(work).rejects.toMatchObject({ name: 'AbortError' });
});

test('credentials in the URL are refused', async () => {
  const given = url.replace('//', '//user:secret@');
  await expect(nodeFetch(given, init)).rejects.toThrow(/^the URL has credentials in it$/);
  expect(requests).toEqual([]);
});
