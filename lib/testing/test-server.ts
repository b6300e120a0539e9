import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * How an issuer fails: it answers with a status, breaks the connection (`reset`), never answers
 * (`hang`), sends single bytes slowly (`drip`), sends half a body (`half`), redirects, answers with
 * HTML, or answers with a megabyte (`huge`).
 */
export type Outage = 'reset' | 'hang' | 'drip' | 'half' | 'redirect' | 'html' | 'huge' | number;

/** The response for a path. */
export interface Document {
  /** @default 200 */
  readonly status?: number;
  /** Serialized as JSON; `undefined` sends no body. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A received request. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

/** Maximum number of recorded requests. */
const MAX_RECORDED = 1_000;

/** Serves JSON documents over real sockets on loopback, or fails as configured. */
export class TestServer {
  outage: Outage | undefined;
  /** The path that fails; `undefined` for all paths. */
  outagePath: string | undefined;
  /** The last requests, oldest first. */
  readonly recorded: RecordedRequest[] = [];
  /** The number of requests by path. */
  readonly requests = new Map<string, number>();
  private readonly server: Server;
  private readonly drips = new Set<NodeJS.Timeout>();

  /** @param find returns the document of a path; `undefined` answers 404 */
  constructor(
    private readonly find: (path: string, request: IncomingMessage) => Document | undefined,
  ) {
    this.server = createServer((request, response) => this.answer(request, response));
    // Otherwise a slow client could reuse a connection while the server closes it.
    this.server.keepAliveTimeout = 0;
  }

  /** Listens on loopback, by default on a free port, and resolves to the origin. */
  async listen(port = 0): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, '127.0.0.1', resolve);
    });
    // A test that does not close the server must still exit.
    this.server.unref();
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.drips.forEach(clearInterval);
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '/';
    this.requests.set(path, (this.requests.get(path) ?? 0) + 1);
    this.record({ method: request.method ?? '', path, headers: request.headers });
    const fails = this.outagePath === undefined || this.outagePath === path;
    if (this.outage !== undefined && fails) return this.fail(this.outage, response);
    const document = this.find(path, request);
    if (document === undefined) return void response.writeHead(404).end();
    const { etag } = document.headers ?? {};
    if (etag !== undefined && request.headers['if-none-match'] === etag)
      return void response.writeHead(304, document.headers).end();
    const { status = 200, body, headers } = document;
    if (body === undefined) return void response.writeHead(status, headers).end();
    response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify(body));
  }

  private record(request: RecordedRequest): void {
    this.recorded.push(request);
    if (this.recorded.length > MAX_RECORDED) this.recorded.shift();
  }

  private fail(outage: Outage, response: ServerResponse): void {
    if (typeof outage === 'number') return void response.writeHead(outage).end();
    switch (outage) {
      case 'reset':
        return void response.destroy();
      case 'hang':
        return;
      case 'redirect':
        return void response.writeHead(307, { location: 'http://127.0.0.1:1/elsewhere' }).end();
      case 'html':
        return void response
          .writeHead(200, { 'content-type': 'text/html' })
          .end('<!doctype html><title>Maintenance</title>');
      case 'huge':
        return void response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(`{"keys":[],"padding":"${'x'.repeat(1024 * 1024)}"}`);
      case 'half':
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
        response.write('{"keys":[', () => response.destroy());
        return;
      case 'drip':
        return this.drip(response);
    }
  }

  private drip(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"keys":[');
    const timer = setInterval(() => response.write(' '), 50).unref();
    this.drips.add(timer);
    response.once('close', () => {
      clearInterval(timer);
      this.drips.delete(timer);
    });
  }
}
