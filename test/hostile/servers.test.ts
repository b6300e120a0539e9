import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { TestIssuer } from '../../lib/testing/test-issuer.js';
import { ServerProcess } from './processes.js';

const SIZE = 4 * 1024 * 1024;
const zeros = Buffer.alloc(SIZE);
const gzip = gzipSync(zeros);
/** The Content-Encoding of an answer, and a body that is compressed like that. */
const codings: [string, Buffer][] = [
  ['gzip', gzip],
  ['x-gzip', gzip],
  ['deflate', deflateSync(zeros)],
  ['br', brotliCompressSync(zeros)],
  ['gzip, gzip, gzip, gzip, gzip, gzip', gzip],
  ['identity', zeros],
  ['unknown', Buffer.from('{"keys":[]}')],
];

/** What is sent of the body, and how the connection ends. */
const ends = ['whole', 'half and reset', 'garbage and reset'] as const;
/** Where the server pauses. */
const timings = ['at once', 'after the headers', 'byte by byte'] as const;

interface Answer {
  readonly coding: string;
  readonly body: Buffer;
  readonly end: (typeof ends)[number];
  readonly timing: (typeof timings)[number];
}

const answers: Answer[] = codings.flatMap(([coding, body]) =>
  ends.flatMap((end) => timings.map((timing) => ({ coding, body, end, timing }))),
);

/** A server that gives one answer to everything, as raw bytes. */
class RawServer {
  answer: Answer = answers[0] as Answer;
  private readonly sockets = new Set<Socket>();
  private readonly server: Server = createServer((socket) => {
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
    socket.once('data', () => void this.send(socket));
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }

  private async send(socket: Socket): Promise<void> {
    const { coding, body, end, timing } = this.answer;
    socket.write(
      'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n' +
        `Content-Encoding: ${coding}\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    if (timing !== 'at once') await turn();
    const sent = end === 'whole' ? body : body.subarray(0, body.length / 2);
    if (timing === 'byte by byte') {
      for (const byte of sent.subarray(0, 20)) {
        socket.write(Uint8Array.of(byte));
        await turn();
      }
      socket.write(sent.subarray(20));
    } else socket.write(sent);
    if (end === 'whole') return;
    if (end === 'garbage and reset') socket.write(Buffer.alloc(1_000, 0xff));
    await turn();
    socket.resetAndDestroy();
  }
}

const turn = () => new Promise(setImmediate);

let raw: RawServer;
let address: string;
let issuer: TestIssuer;
const servers: ServerProcess[] = [];
beforeAll(async () => {
  raw = new RawServer();
  address = await raw.listen();
  issuer = await TestIssuer.listen({ algorithm: 'ES256' });
  issuer.clock.set(Date.now());
});
afterAll(async () => {
  raw.close();
  for (const server of servers) await server.close();
  await issuer.close();
});

type Kind = 'the key set' | 'the resolver' | 'the userinfo endpoint';

/** An application that asks the server for one thing, and the request that makes it ask. */
async function start(kind: Kind, url: string) {
  const base = { issuer: issuer.issuer, audience: issuer.issuer, algorithms: ['ES256'] as const };
  const options = {
    'the key set': { ...base, jwksUri: url, keys: { timeout: '1s' } as const },
    'the resolver': { ...base, resolver: { url, opaqueTokens: true, timeout: '300ms' } as const },
    'the userinfo endpoint': { ...base, userinfoUrl: url },
  }[kind];
  const server = await ServerProcess.start({ options });
  servers.push(server);
  const ask = {
    'the key set': async () => {
      const code = await server.refresh();
      return code === 'keys_unavailable' ? server.get('/reports', issuer.accessToken()) : code;
    },
    'the resolver': () => server.get('/reports', issuer.opaqueToken()),
    'the userinfo endpoint': () => server.get('/reports/confirmed', issuer.accessToken()),
  }[kind];
  return { server, ask };
}

describe.each<Kind>(['the key set', 'the resolver', 'the userinfo endpoint'])('%s', (kind) => {
  test('the process survives 63 hostile answers, and answers 503', async () => {
    const { server, ask } = await start(kind, address);
    for (const answer of answers) {
      raw.answer = answer;
      const status = await ask();
      // The resolver answers in its headers, and its body is not read: it tells of no session.
      const expected = kind === 'the resolver' ? [401, 503] : [503];
      expect(expected).toContain(status);
      expect(server.isAlive).toBe(true);
    }
    expect(await server.get('/reports/open')).toBe(200);
  });
});
