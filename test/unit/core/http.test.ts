import { getEventListeners } from 'node:events';
import { getJson, HttpError, MAX_BYTES, type Fetch } from '../../../lib/core/http.js';
import { TestIssuer } from '../../../lib/testing/test-issuer.js';
import type { Outage } from '../../../lib/testing/test-server.js';
import { json } from '../../support/fetch.js';

const ADDRESS = 'https://issuer.example/jwks';
const never = new AbortController().signal;

const get = (response: Response | Promise<Response>, etag?: string, signal = never) =>
  getJson(ADDRESS, () => Promise.resolve(response), signal, { etag });

async function problemOf(work: Promise<unknown>): Promise<HttpError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof HttpError) return error;
  throw new Error(`expected an HttpError, got ${String(error)}`);
}

function streamOf(
  chunks: Iterable<Uint8Array>,
  onCancel: () => void = () => undefined,
): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.iterator]();
  return new ReadableStream({
    pull(controller) {
      const { done, value } = iterator.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
    cancel: onCancel,
  });
}

describe('the request', () => {
  test('is a GET for JSON that follows no redirect and can be aborted', async () => {
    let asked: Parameters<Fetch> | undefined;
    const fetch: Fetch = async (...request) => {
      asked = request;
      return json({});
    };
    await getJson(ADDRESS, fetch, never);
    expect(asked?.[0]).toBe(ADDRESS);
    expect(asked?.[1]).toMatchObject({
      method: 'GET',
      redirect: 'manual',
      headers: { accept: 'application/json' },
    });
    expect(asked?.[1].headers).not.toHaveProperty('if-none-match');
    expect(asked?.[1].signal).toBe(never);
    await getJson(ADDRESS, fetch, never, { etag: '"v1"' });
    expect(asked?.[1].headers).toMatchObject({ 'if-none-match': '"v1"' });
  });
});

describe('the answer', () => {
  test('200 with JSON', async () => {
    const { status, body, headers } = await get(json({ a: ['é'] }, { etag: '"v1"' }));
    expect({ status, body, etag: headers.get('etag') }).toEqual({
      status: 200,
      body: { a: ['é'] },
      etag: '"v1"',
    });
  });

  test('the content type does not matter, the content does', async () => {
    expect(
      (await get(new Response('{"a":1}', { headers: { 'content-type': 'text/plain' } }))).body,
    ).toEqual({ a: 1 });
  });

  test('304 renews what was asked about', async () => {
    expect(await get(new Response(null, { status: 304 }), '"v1"')).toMatchObject({
      status: 304,
      body: undefined,
    });
  });

  test('304 to a question without an ETag is no answer', async () => {
    expect((await problemOf(get(new Response(null, { status: 304 })))).status).toBe(304);
  });

  test.each([201, 202, 203, 204, 206, 400, 401, 403, 404, 429, 500, 502, 503])(
    '%p is no answer, JSON or not',
    async (status) => {
      const response = new Response(status === 204 ? null : '{"keys":[]}', { status });
      const problem = await problemOf(get(response, '"v1"'));
      expect(problem.status).toBe(status);
      expect(problem.message).toContain(String(status));
    },
  );

  test.each([301, 302, 303, 307, 308])(
    'the redirect %p is refused, and the message names the other origin alone',
    async (status) => {
      const response = new Response(null, {
        status,
        headers: { location: 'https://public.example/path?secret=1' },
      });
      const { message } = await problemOf(get(response));
      expect(message).toContain('https://public.example');
      expect(message).not.toContain('secret');
    },
  );

  test.each([
    ['HTML', '<!doctype html>'],
    ['nothing', ''],
    ['half a document', '{"keys":['],
  ])('%s is not JSON', async (_, body) => {
    expect((await problemOf(get(new Response(body)))).message).toContain('JSON');
  });

  test('the message does not quote the body', async () => {
    expect((await problemOf(get(new Response('secret-page')))).message).not.toContain('secret');
  });

  test('no body at all is not JSON', async () => {
    await problemOf(get(new Response(null)));
  });

  test('invalid UTF-8 is refused', async () => {
    await expect(get(new Response(Uint8Array.of(0x22, 0xff, 0x22)))).rejects.toThrow(
      /encoded data/,
    );
  });

  test('a character may be cut between two chunks', async () => {
    const bytes = Buffer.from('"😀é"');
    const { body } = await get(
      new Response(streamOf([...bytes].map((byte) => Uint8Array.of(byte)))),
    );
    expect(body).toBe('😀é');
  });

  test('a fetch that fails, at once or later, is passed on', async () => {
    const failure = new TypeError('fetch failed');
    await expect(getJson(ADDRESS, () => Promise.reject(failure), never)).rejects.toBe(failure);
    const throwing: Fetch = () => {
      throw failure;
    };
    await expect(getJson(ADDRESS, throwing, never)).rejects.toBe(failure);
  });
});

describe('the size', () => {
  test('is 50 KiB', () => {
    expect(MAX_BYTES).toBe(51_200);
  });

  const document = (bytes: number) => `"${'x'.repeat(bytes - 2)}"`;

  test('exactly that passes, one more does not', async () => {
    expect((await get(new Response(document(51_200)))).status).toBe(200);
    await problemOf(get(new Response(document(51_201))));
  });

  test('bytes count, not characters', async () => {
    await problemOf(get(new Response(`"${'é'.repeat(25_600)}"`)));
  });

  test('a Content-Length that lies changes nothing', async () => {
    await problemOf(get(new Response(document(60_000), { headers: { 'content-length': '10' } })));
  });

  test('reading stops there: an endless body is cancelled', async () => {
    let cancelled = false;
    let sent = 0;
    function* endless(): Generator<Uint8Array> {
      for (;;) {
        sent += 1024;
        yield new Uint8Array(1024).fill(0x20);
      }
    }
    await problemOf(get(new Response(streamOf(endless(), () => (cancelled = true)))));
    expect(cancelled).toBe(true);
    expect(sent).toBeLessThan(60_000);
  });
});

describe('the signal ends everything', () => {
  const reason = new DOMException('too late', 'TimeoutError');

  test('a fetch that ignores it', async () => {
    const { signal, ...controller } = abortable();
    const work = getJson(ADDRESS, () => new Promise(() => undefined), signal);
    controller.abort(reason);
    await expect(work).rejects.toBe(reason);
  });

  test('a body that ignores it', async () => {
    const { signal, ...controller } = abortable();
    const work = get(
      new Response(new ReadableStream({ pull: () => new Promise(() => undefined) })),
      undefined,
      signal,
    );
    await new Promise(setImmediate);
    controller.abort(reason);
    await expect(work).rejects.toBe(reason);
  });

  test('before it began', async () => {
    await expect(
      get(new Promise(() => undefined), undefined, AbortSignal.abort(reason)),
    ).rejects.toBe(reason);
  });

  test("what fails afterwards is nobody's business", async () => {
    let fail: (error: Error) => void = () => undefined;
    const work = getJson(
      ADDRESS,
      () => new Promise((_, reject) => (fail = reject)),
      AbortSignal.abort(reason),
    );
    await expect(work).rejects.toBe(reason);
    fail(new Error('late'));
    await new Promise(setImmediate);
  });

  test('no listener is left behind', async () => {
    const { signal } = abortable();
    const before = getEventListeners(signal, 'abort').length;
    await get(json({}), undefined, signal);
    expect(getEventListeners(signal, 'abort')).toHaveLength(before);
  });

  function abortable(): { signal: AbortSignal; abort: (why: unknown) => void } {
    const controller = new AbortController();
    return { signal: controller.signal, abort: (why) => controller.abort(why) };
  }
});

describe('real sockets', () => {
  let issuer: TestIssuer;
  beforeAll(async () => {
    issuer = await TestIssuer.listen({ algorithm: 'ES256', etag: true });
  });
  afterAll(() => issuer.close());
  afterEach(() => issuer.recover());

  const jwks = (milliseconds = 60_000, etag?: string) =>
    getJson(`${issuer.issuer}/oauth2/jwks`, fetch, AbortSignal.timeout(milliseconds), { etag });

  test('an issuer that works', async () => {
    const { body, headers } = await jwks();
    expect(body).toEqual(issuer.jwks());
    expect((await jwks(60_000, headers.get('etag') ?? undefined)).status).toBe(304);
  });

  test.each<[Outage, RegExp]>([
    ['reset', /fetch failed/],
    ['half', /terminated|aborted/],
    ['redirect', /307.*http:\/\/127\.0\.0\.1:1\b/],
    ['html', /JSON/],
    ['huge', /51200/],
    [500, /500/],
    [403, /403/],
    [404, /404/],
  ])('the outage %p', async (kind, words) => {
    issuer.outage(kind);
    await expect(jwks()).rejects.toThrow(words);
  });

  test.each<Outage>(['hang', 'drip'])('the outage %p ends with the deadline', async (kind) => {
    issuer.outage(kind);
    await expect(jwks(80)).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});

test('a fetch that followed a redirect all the same is refused', async () => {
  const followed = Object.defineProperty(json({ keys: [] }), 'redirected', { value: true });
  expect((await problemOf(get(followed))).message).toContain('redirect');
});
