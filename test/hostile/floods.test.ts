import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TestIssuer } from '../../lib/testing/test-issuer.js';
import { flood, ServerProcess } from './processes.js';

/** What a stranger sends costs at most so many times what a request of the same size costs. */
const MOST = 1.5;

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function issuerWith(algorithm: 'ES256' | 'RS256'): Promise<TestIssuer> {
  const issuer = await TestIssuer.listen({ algorithm });
  issuer.clock.set(Date.now());
  closers.push(() => issuer.close());
  return issuer;
}

const optionsOf = (issuer: TestIssuer) => ({
  issuer: issuer.issuer,
  audience: issuer.issuer,
  algorithms: [issuer.signingKey.alg],
});

async function serve(...args: Parameters<typeof ServerProcess.start>): Promise<ServerProcess> {
  const server = await ServerProcess.start(...args);
  closers.push(() => server.close());
  return server;
}

/** Good ones but for the signature, which is that of another one. */
function forgeries(issuer: TestIssuer, count: number): string[] {
  const good = Array.from({ length: count }, (_, index) =>
    issuer.accessToken({ sub: `user-${index}`, expiresIn: 7_200 }).split('.'),
  );
  return good.map(([header, payload], index) =>
    [header, payload, good[(index + 1) % count]?.[2]].join('.'),
  );
}

/** How long a flood lasts. Without bounds, the heap was full after as many. */
const SECONDS = 5;

describe('forgeries on 200 pipelined connections, with 256 MB of heap', () => {
  const cells = (['0', '0,1'] as const).flatMap((cpus) =>
    (['ES256', 'RS256'] as const).flatMap((algorithm) =>
      (['fastify', 'express'] as const).map((platform) => ({ cpus, algorithm, platform })),
    ),
  );

  test.each(cells)('$algorithm on $platform, processors $cpus', async (cell) => {
    const issuer = await issuerWith(cell.algorithm);
    const server = await serve({ ...cell, options: optionsOf(issuer) });
    const good = issuer.accessToken({ expiresIn: 7_200 });
    expect(await server.get('/reports', good)).toBe(200);
    const statuses = await flood({
      url: `${server.url}/reports`,
      tokens: forgeries(issuer, 300),
      connections: 200,
      depth: 2_000,
      seconds: SECONDS,
    });
    expect(Object.keys(statuses)).toEqual(['401']);
    expect(server.isAlive).toBe(true);
    const { megabytes, lines } = await server.report();
    console.log(
      `${megabytes.toFixed(0)} MB, ${Math.round(Number(statuses['401']) / SECONDS)} a second`,
    );
    expect(lines).toBeLessThan(20);
    expect(await server.get('/reports', good)).toBe(200);
  });
});

describe('what a stranger can write costs about as much as any header', () => {
  const SIZE = 15_000;
  let issuer: TestIssuer;
  let server: ServerProcess;
  beforeAll(async () => {
    issuer = await TestIssuer.listen({ algorithm: 'ES256' });
    issuer.clock.set(Date.now());
    const resolver = { cookies: true, opaqueTokens: true };
    const audience = [issuer.issuer, ...Array.from({ length: 20 }, (_, at) => `https://a${at}`)];
    server = await ServerProcess.start({
      cpus: '0',
      options: { ...optionsOf(issuer), audience, resolver },
    });
    await server.get('/reports', issuer.accessToken());
  });
  afterAll(async () => {
    await server.close();
    await issuer.close();
  });

  interface Sent {
    readonly header?: string;
    readonly tokens?: string[];
  }

  /** Microseconds of CPU for a request. */
  async function cost(what: Sent): Promise<number> {
    const before = await server.report();
    const statuses = await flood({
      url: `${server.url}/reports`,
      connections: 4,
      depth: 1,
      seconds: 0.5,
      ...what,
    });
    const { cpu } = await server.report();
    const count = Object.values(statuses).reduce((sum, one) => sum + one, 0);
    expect(Object.keys(statuses).filter((status) => !['400', '401'].includes(status))).toEqual([]);
    return (cpu - before.cpu) / count;
  }

  /** Of the cheapest measurements, because other work on the machine only adds. */
  async function ratio(what: Sent, plain: Sent): Promise<number> {
    let one = Infinity;
    let other = Infinity;
    for (let round = 0; round < 3; round += 1) {
      one = Math.min(one, await cost(what));
      other = Math.min(other, await cost(plain));
    }
    console.log(`${one.toFixed(0)} µs beside ${other.toFixed(0)} µs: ${(one / other).toFixed(2)}`);
    return one / other;
  }

  const plainHeader = { header: `X-Plain: ${'x'.repeat(SIZE)}\r\n` };

  test.each([
    ['separators', ';'.repeat(SIZE)],
    ['pairs', 'a=1;'.repeat(SIZE / 4)],
    ['names of session cookies', 'session'.repeat(SIZE / 7)],
    ['spaces around names', 'session      '.repeat(SIZE / 13)],
    ['empty session cookies', 'session=;'.repeat(SIZE / 9)],
    ['session cookies of one value', 'session=a;'.repeat(SIZE / 10)],
  ])('a Cookie header of %s', async (_, cookie) => {
    const header = `Cookie: ${cookie.slice(0, SIZE)}\r\n`;
    expect(await ratio({ header }, plainHeader)).toBeLessThan(MOST);
  });

  test.each([
    ['commas', ','.repeat(SIZE)],
    ['spaces', `Bearer${' '.repeat(SIZE)}.`],
    ['schemes', 'Bearer '.repeat(SIZE / 7)],
    ['schemes and commas', 'Bearer, '.repeat(SIZE / 8)],
    ['equals signs', `Bearer ${'='.repeat(SIZE)}`],
  ])('an Authorization header of %s', async (_, value) => {
    const header = `Authorization: ${value}\r\n`;
    expect(await ratio({ header }, plainHeader)).toBeLessThan(MOST);
  });

  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const token = (header: object, claims: object): string => {
    const { alg, kid } = issuer.signingKey;
    const now = Math.floor(Date.now() / 1000);
    const all = { iss: issuer.issuer, aud: issuer.issuer, sub: 'a', iat: now, exp: now + 600 };
    return [
      part({ alg, kid, typ: 'at+jwt', ...header }),
      part({ ...all, client_id: 'a', jti: 'a', ...claims }),
      'A'.repeat(86),
    ].join('.');
  };
  const nested = (depth: number): unknown => {
    let value: unknown = 0;
    for (let level = 0; level < depth; level += 1) value = [value];
    return value;
  };
  /** As large as the token that it stands beside, and as well-formed. */
  const plainToken = () => token({}, { padding: 'x'.repeat(9_000) });

  test.each<[string, () => string]>([
    ['an aud list of thousands', () => token({}, { aud: Array(2_000).fill('b') })],
    ['an aud list of slashes', () => token({}, { aud: Array(2_000).fill('/') })],
    ['a nested header', () => token({ x: nested(4_000) }, {})],
    ['a nested claim', () => token({}, { x: nested(4_000) })],
    ['a header of many members', () => token(Object.fromEntries(Array(900).entries()), {})],
    ['dots alone', () => '.'.repeat(12_000)],
    ['a scope of spaces', () => token({}, { scope: ' '.repeat(9_000) })],
  ])('a token with %s', async (_, make) => {
    // Its JSON takes longer to parse, whoever parses it.
    expect(await ratio({ tokens: [make()] }, { tokens: [plainToken()] })).toBeLessThan(2 * MOST);
  });
});

test('a resolver that is silent is asked 64 questions at a time', async () => {
  let sockets = 0;
  let most = 0;
  const silent: Server = createServer(() => undefined);
  silent.on('connection', (socket) => {
    most = Math.max(most, (sockets += 1));
    socket.on('close', () => (sockets -= 1));
  });
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  closers.push(
    () => silent.closeAllConnections(),
    () => silent.close(),
  );
  const issuer = await issuerWith('ES256');
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/resolve`;
  const resolver = { opaqueTokens: true, url, timeout: '2s' } as const;
  const server = await serve({ options: { ...optionsOf(issuer), resolver } });
  const tokens = Array.from({ length: 4_000 }, () => issuer.opaqueToken());
  const statuses = await flood({
    url: `${server.url}/reports`,
    tokens,
    connections: 40,
    depth: 100,
    seconds: 6,
  });
  expect(Object.keys(statuses)).toEqual(['503']);
  expect(Number(statuses['503'])).toBeGreaterThan(1_000);
  expect(most).toBeGreaterThan(1);
  // The server sees a moment later that a question was given up.
  expect(most).toBeLessThanOrEqual(80);
});
