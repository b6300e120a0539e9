import { algorithms } from '../../../../lib/core/crypto/algorithms.js';
import type { Fetch } from '../../../../lib/core/http.js';
import {
  remoteSource,
  staticSource,
  type RemoteSourceOptions,
} from '../../../../lib/core/keys/source.js';
import { createSigningKey } from '../../../../lib/testing/signing-key.js';
import { TestIssuer } from '../../../../lib/testing/test-issuer.js';
import type { Outage } from '../../../../lib/testing/test-server.js';
import { json, tableFetch, type Route } from '../../../support/fetch.js';
import { rejectionOf } from '../../../support/refusals.js';

const ISSUER = 'https://issuer.example';
const META = `${ISSUER}/.well-known/openid-configuration`;
const KEYS = `${ISSUER}/oauth2/jwks`;
const open = new AbortController().signal;
const { jwk } = createSigningKey('ES256', { kid: 'a' });
const metadata = json({ issuer: ISSUER, jwks_uri: KEYS });

function sourceOf(routes: Record<string, Route>, changes: Partial<RemoteSourceOptions> = {}) {
  const { fetch, urls, inits } = tableFetch(routes);
  const options: RemoteSourceOptions = {
    issuer: ISSUER,
    metadataUrl: undefined,
    jwksUri: undefined,
    allowInsecure: false,
    algorithms,
    lifetime: { defaultAge: 600_000, minAge: 60_000, maxAge: 3_600_000 },
    timeout: 5_000,
    fetch,
    ...changes,
  };
  const source = remoteSource(options);
  return {
    source: (etag: string | undefined, closing = open) => source(etag, closing),
    urls,
    inits,
  };
}

describe('a remote source', () => {
  test('discovers, then gets the keys, and remembers where they are', async () => {
    const { source, urls } = sourceOf({ [META]: metadata, [KEYS]: json({ keys: [jwk] }) });
    const { keySet, lifetime, etag } = await source(undefined);
    await source(undefined);
    expect(urls).toEqual([META, KEYS, KEYS]);
    expect(keySet?.keys.map(({ kid }) => kid)).toEqual(['a']);
    expect({ lifetime, etag }).toEqual({ lifetime: 600_000, etag: undefined });
  });

  test('with an address asks for no metadata', async () => {
    const jwksUri = 'https://inner.example/keys';
    const { source, urls } = sourceOf({ [jwksUri]: json({ keys: [jwk] }) }, { jwksUri });
    await source(undefined);
    expect(urls).toEqual([jwksUri]);
  });

  test('takes the lifetime from Cache-Control and remembers the ETag', async () => {
    const { source } = sourceOf({
      [META]: metadata,
      [KEYS]: json({ keys: [jwk] }, { 'cache-control': 'max-age=900', etag: '"v1"' }),
    });
    expect(await source(undefined)).toMatchObject({ lifetime: 900_000, etag: '"v1"' });
  });

  test('304 renews: no key set, the lifetime of the new answer, the same ETag', async () => {
    const { source, inits } = sourceOf({
      [META]: metadata,
      [KEYS]: () =>
        new Response(null, { status: 304, headers: { 'cache-control': 'max-age=120' } }),
    });
    expect(await source('"v1"')).toEqual({ keySet: undefined, lifetime: 120_000, etag: '"v1"' });
    expect(inits.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"v1"']);
  });

  test('looks again where the keys are after the address failed', async () => {
    let moved = false;
    const routes = {
      [META]: () => json({ issuer: ISSUER, jwks_uri: moved ? `${ISSUER}/new` : KEYS }),
      [KEYS]: () => (moved ? new Response('', { status: 404 }) : json({ keys: [jwk] })),
      [`${ISSUER}/new`]: json({ keys: [jwk] }),
    };
    const { source, urls } = sourceOf(routes);
    await source(undefined);
    moved = true;
    await rejectionOf(source(undefined));
    await source(undefined);
    expect(urls).toEqual([META, KEYS, KEYS, META, `${ISSUER}/new`]);
  });

  test('an empty set is a success', async () => {
    const { source } = sourceOf({ [META]: metadata, [KEYS]: json({ keys: [] }) });
    expect((await source(undefined)).keySet).toEqual({ keys: [], skipped: [] });
  });
});

describe('a remote source fails with keys_unavailable', () => {
  const answers: [string, Route, RegExp][] = [
    ['403, the IP filter of the issuer', new Response('', { status: 403 }), /403/],
    ['404', new Response('', { status: 404 }), /404/],
    ['500', new Response('', { status: 500 }), /500/],
    ['204', new Response(null, { status: 204 }), /204/],
    ['304 to nothing', new Response(null, { status: 304 }), /304/],
    [
      'a redirect',
      new Response(null, { status: 307, headers: { location: 'https://public.example/a' } }),
      /public\.example/,
    ],
    ['HTML', new Response('<html>'), /JSON/],
    ['no key set', json({ jwks: [] }), /keys/],
    ['"keys" that is no array', json({ keys: {} }), /keys/],
    ['101 keys', json({ keys: Array.from({ length: 101 }, () => ({})) }), /100/],
    ['more than 50 KiB', new Response(' '.repeat(51_201)), /51200/],
    ['invalid UTF-8', new Response(Uint8Array.of(0xff)), /./],
    [
      'no connection',
      Object.assign(new TypeError('fetch failed'), {
        cause: Object.assign(new Error('no'), { code: 'ECONNREFUSED' }),
      }),
      /ECONNREFUSED/,
    ],
    // oxlint-disable-next-line prefer-promise-reject-errors
    ['a rejection without an Error', () => Promise.reject('odd'), /./],
    ['something that is no response', () => undefined as unknown as Response, /./],
  ];
  test.each(answers)('on %s', async (_, answer, words) => {
    const { source } = sourceOf({ [META]: metadata, [KEYS]: answer });
    const error = await rejectionOf(source(undefined));
    expect(error.code).toBe('keys_unavailable');
    expect(error.reason).toMatch(words);
    expect(error.reason).toContain(ISSUER);
  });

  test('when the fetch throws at once', async () => {
    const fetch: Fetch = () => {
      throw new TypeError('no network here');
    };
    expect((await rejectionOf(sourceOf({}, { fetch }).source(undefined))).code).toBe(
      'keys_unavailable',
    );
  });

  test('when the address has credentials in it, without telling them', async () => {
    const jwksUri = 'https://user:hunter2@127.0.0.1:1/jwks';
    const { source } = sourceOf({}, { jwksUri, fetch: (url, init) => fetch(url, init) });
    const { reason } = await rejectionOf(source(undefined));
    expect(reason).not.toContain('hunter2');
  });
});

describe('permanent errors keep their codes', () => {
  test.each([
    ['metadata_issuer_mismatch', { issuer: 'https://other.example', jwks_uri: KEYS }],
    ['jwks_uri_insecure', { issuer: ISSUER, jwks_uri: 'http://issuer.example/jwks' }],
  ])('%s', async (code, document) => {
    const { source, urls } = sourceOf({ [META]: json(document) });
    expect(await rejectionOf(source(undefined))).toMatchObject({ code, kind: 'unavailable' });
    expect(urls).toEqual([META]);
  });
});

describe('the deadline', () => {
  test('is one for metadata and keys together', async () => {
    const { source, inits } = sourceOf({ [META]: metadata, [KEYS]: json({ keys: [jwk] }) });
    await source(undefined);
    expect(inits[0]?.signal).toBe(inits[1]?.signal);
  });

  test('ends a fetch that ignores the signal', async () => {
    const { source } = sourceOf({}, { timeout: 40, fetch: () => new Promise(() => undefined) });
    const error = await rejectionOf(source(undefined));
    expect(error).toMatchObject({ code: 'keys_unavailable' });
    expect(error.reason).toContain('0.04 s');
  });

  test('may be any duration, a fraction of a millisecond included', async () => {
    const { source } = sourceOf(
      { [META]: metadata, [KEYS]: json({ keys: [jwk] }) },
      { timeout: 60_000.5 },
    );
    expect((await source(undefined)).keySet?.keys).toHaveLength(1);
  });
});

describe('closing', () => {
  test('ends a fetch that is under way', async () => {
    const controller = new AbortController();
    const work = sourceOf({}, { fetch: () => new Promise(() => undefined) }).source(
      undefined,
      controller.signal,
    );
    controller.abort(new Error('closed'));
    expect((await rejectionOf(work)).code).toBe('keys_unavailable');
  });
});

describe('a static source', () => {
  test('has its keys for ever', async () => {
    const { keySet, lifetime, etag } = await staticSource({ keys: [jwk] }, algorithms)(
      undefined,
      open,
    );
    expect(keySet?.keys.map(({ kid }) => kid)).toEqual(['a']);
    expect({ lifetime, etag }).toEqual({ lifetime: Number.POSITIVE_INFINITY, etag: undefined });
  });
});

describe('over real sockets', () => {
  let issuer: TestIssuer;
  beforeEach(async () => {
    issuer = await TestIssuer.listen({
      algorithm: 'ES256',
      etag: true,
      cacheControl: 'max-age=300',
    });
  });
  afterEach(() => issuer.close());

  const over = (timeout = 2_000) =>
    sourceOf({}, { issuer: issuer.issuer, timeout, fetch: (url, init) => fetch(url, init) }).source;

  test('keys, then 304, then new keys', async () => {
    const source = over();
    const first = await source(undefined);
    expect(first).toMatchObject({
      lifetime: 300_000,
      keySet: { keys: [{ kid: issuer.signingKey.kid }] },
    });
    expect((await source(first.etag)).keySet).toBeUndefined();
    issuer.rotate();
    expect((await source(first.etag)).keySet?.keys).toHaveLength(2);
    expect(issuer.requests).toEqual({ metadata: 1, jwks: 3, total: 4 });
  });

  test.each<Outage>(['reset', 'half', 'redirect', 'html', 'huge', 403, 500])(
    'the outage %p',
    async (kind) => {
      issuer.outage(kind);
      expect((await rejectionOf(over()(undefined))).code).toBe('keys_unavailable');
      issuer.recover();
    },
  );

  test.each<Outage>(['hang', 'drip'])('the outage %p ends with the deadline', async (kind) => {
    issuer.outage(kind);
    expect((await rejectionOf(over(60)(undefined))).reason).toContain('0.06 s');
    issuer.recover();
  });
});
