import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * How an issuer fails: a status; or it breaks the connection (`reset`), never answers (`hang`), sends a byte now and then (`drip`), sends
 * half a body (`half`), redirects, answers with HTML, or with a megabyte (`huge`).
 */
export type Outage = 'reset' | 'hang' | 'drip' | 'half' | 'redirect' | 'html' | 'huge' | number;

/** What a path is answered with. */
export interface Document {
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Serves JSON documents over real sockets on loopback, or fails in the way it was told to. */
export class TestServer {
  outage: Outage | undefined;
  /** Requests by path. */
  readonly requests = new Map<string, number>();
  private readonly server: Server;
  private readonly drips = new Set<NodeJS.Timeout>();

  /** @param find the document of a path; `undefined` answers 404 */
  constructor(private readonly find: (path: string) => Document | undefined) {
    this.server = createServer((request, response) => this.answer(request, response));
  }

  /** Listens on a free port of loopback and gives the origin. */
  async listen(port = 0): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, '127.0.0.1', resolve);
    });
    // A test that forgets to close must not hang.
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
    if (this.outage !== undefined) return this.fail(this.outage, response);
    const document = this.find(path);
    if (document === undefined) return void response.writeHead(404).end();
    const { etag } = document.headers ?? {};
    if (etag !== undefined && request.headers['if-none-match'] === etag) return void response.writeHead(304, document.headers).end();
    response.writeHead(200, { 'content-type': 'application/json', ...document.headers }).end(JSON.stringify(document.body));
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
        return void response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Maintenance</title>');
      case 'huge':
        return void response.writeHead(200, { 'content-type': 'application/json' }).end(`{"keys":[],"padding":"${'x'.repeat(1024 * 1024)}"}`);
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
