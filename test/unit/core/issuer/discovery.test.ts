import { HttpError } from '../../../../lib/core/http.js';
import { discoverJwksUri, metadataUrls } from '../../../../lib/core/issuer/discovery.js';
import { json, tableFetch, type Route } from '../../../support/fetch.js';
import { rejectionOf } from '../../../support/refusals.js';

const ISSUER = 'https://issuer.example';
const OIDC = `${ISSUER}/.well-known/openid-configuration`;
const OAUTH = `${ISSUER}/.well-known/oauth-authorization-server`;
const KEYS = 'https://issuer.example/oauth2/jwks';
const never = new AbortController().signal;

const target = (changes: object = {}) => ({
  issuer: ISSUER,
  metadataUrl: undefined,
  allowInsecure: false,
  ...changes,
});

function discover(
  routes: Record<string, Route>,
  changes: object = {},
): { found: Promise<string>; urls: string[] } {
  const { fetch, urls } = tableFetch(routes);
  return { found: discoverJwksUri(target(changes), fetch, never), urls };
}

describe('where the metadata is', () => {
  test.each([
    [ISSUER, [OIDC, OAUTH]],
    [
      'https://issuer.example:8443',
      [
        'https://issuer.example:8443/.well-known/openid-configuration',
        'https://issuer.example:8443/.well-known/oauth-authorization-server',
      ],
    ],
    [
      'https://idp.example/tenant',
      [
        'https://idp.example/tenant/.well-known/openid-configuration',
        'https://idp.example/.well-known/oauth-authorization-server/tenant',
      ],
    ],
    [
      'https://idp.example/a/b',
      [
        'https://idp.example/a/b/.well-known/openid-configuration',
        'https://idp.example/.well-known/oauth-authorization-server/a/b',
      ],
    ],
    [
      'https://idp.example/tenant/',
      [
        'https://idp.example/tenant/.well-known/openid-configuration',
        'https://idp.example/.well-known/oauth-authorization-server/tenant',
      ],
    ],
    [
      'https://idp.example/',
      [
        'https://idp.example/.well-known/openid-configuration',
        'https://idp.example/.well-known/oauth-authorization-server',
      ],
    ],
  ])('%s', (issuer, urls) => {
    expect(metadataUrls({ issuer, metadataUrl: undefined })).toEqual(urls);
  });

  test('a configured address is the only one', () => {
    expect(metadataUrls({ issuer: ISSUER, metadataUrl: 'https://inner.example/meta' })).toEqual([
      'https://inner.example/meta',
    ]);
  });
});

describe('what is asked', () => {
  test('OpenID first, and nothing else when it answers', async () => {
    const { found, urls } = discover({ [OIDC]: json({ issuer: ISSUER, jwks_uri: KEYS }) });
    expect(await found).toBe(KEYS);
    expect(urls).toEqual([OIDC]);
  });

  test('RFC 8414 on 404', async () => {
    const { found, urls } = discover({ [OAUTH]: json({ issuer: ISSUER, jwks_uri: KEYS }) });
    expect(await found).toBe(KEYS);
    expect(urls).toEqual([OIDC, OAUTH]);
  });

  test('404 twice is a failure', async () => {
    const { found, urls } = discover({});
    await expect(found).rejects.toThrow(HttpError);
    expect(urls).toEqual([OIDC, OAUTH]);
  });

  test.each<[string, Route]>([
    ['500', new Response('', { status: 500 })],
    ['403', new Response('', { status: 403 })],
    ['a redirect', new Response(null, { status: 307, headers: { location: OAUTH } })],
    ['HTML', new Response('<html>')],
    ['no connection', new TypeError('fetch failed')],
  ])('%s is not 404: nothing else is asked', async (_, answer) => {
    const { found, urls } = discover({
      [OIDC]: answer,
      [OAUTH]: json({ issuer: ISSUER, jwks_uri: KEYS }),
    });
    await expect(found).rejects.toThrow(/answered|fetch failed/);
    expect(urls).toEqual([OIDC]);
  });

  test('only the configured address', async () => {
    const metadataUrl = 'https://inner.example/meta';
    const good = discover(
      { [metadataUrl]: json({ issuer: ISSUER, jwks_uri: KEYS }) },
      { metadataUrl },
    );
    expect(await good.found).toBe(KEYS);
    const missing = discover({ [OIDC]: json({ issuer: ISSUER, jwks_uri: KEYS }) }, { metadataUrl });
    await expect(missing.found).rejects.toThrow(HttpError);
    expect(missing.urls).toEqual([metadataUrl]);
  });
});

describe('the issuer in the document', () => {
  test.each([
    `${ISSUER}/`,
    'https://Issuer.example',
    'https://attacker.example',
    'http://issuer.example',
    '',
    undefined,
    null,
    [ISSUER],
    {},
  ])('%j is another: the error shows both', async (issuer) => {
    const { found } = discover({ [OIDC]: json({ issuer, jwks_uri: KEYS }) });
    const error = await rejectionOf(found);
    expect(error.code).toBe('metadata_issuer_mismatch');
    expect(error.reason).toContain(`"${ISSUER}"`);
  });

  test('the other one is shown', async () => {
    const { found } = discover({ [OIDC]: json({ issuer: `${ISSUER}/`, jwks_uri: KEYS }) });
    expect((await rejectionOf(found)).reason).toContain(`"${ISSUER}/"`);
  });

  test('is checked behind a configured address too', async () => {
    const metadataUrl = 'https://inner.example/meta';
    const { found } = discover(
      { [metadataUrl]: json({ issuer: 'https://inner.example', jwks_uri: KEYS }) },
      { metadataUrl },
    );
    expect((await rejectionOf(found)).code).toBe('metadata_issuer_mismatch');
  });

  test('comes before jwks_uri', async () => {
    const { found } = discover({
      [OIDC]: json({ issuer: 'https://attacker.example', jwks_uri: 'http://attacker.example' }),
    });
    expect((await rejectionOf(found)).code).toBe('metadata_issuer_mismatch');
  });

  test('is escaped and cut', async () => {
    const { found } = discover({
      [OIDC]: json({ issuer: `evil\n${'x'.repeat(1000)}`, jwks_uri: KEYS }),
    });
    const { reason } = await rejectionOf(found);
    expect(reason).toMatch(/^[\x20-\x7e]*$/);
    expect(reason.length).toBeLessThan(400);
  });

  test('nesting is no way to break the check', async () => {
    const document = `{"issuer":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
    const { found } = discover({ [OIDC]: new Response(document) });
    expect((await rejectionOf(found)).code).toBe('metadata_issuer_mismatch');
  });
});

describe('jwks_uri', () => {
  const find = (jwks_uri: unknown, issuer = ISSUER, allowInsecure = false) =>
    discover(
      { [`${issuer}/.well-known/openid-configuration`]: json({ issuer, jwks_uri }) },
      { issuer, allowInsecure },
    ).found;

  test.each([
    undefined,
    null,
    '',
    1,
    [KEYS],
    '/oauth2/jwks',
    'ftp://issuer.example/jwks',
    'data:application/json,{}',
    'file:///etc/passwd',
  ])('%j is none', async (jwksUri) => {
    await expect(find(jwksUri)).rejects.toThrow(HttpError);
  });

  test.each([
    ['http://issuer.example/jwks', ISSUER, false],
    ['http://issuer.example/jwks', ISSUER, true],
    ['http://127.0.0.1/jwks', ISSUER, true],
    ['http://issuer.example/jwks', 'http://127.0.0.1:1', false],
    ['http://localhost.evil.com/jwks', 'http://localhost:1', false],
  ])(
    '%s for %s, allowInsecure %p: refused, with the address',
    async (jwksUri, issuer, allowInsecure) => {
      const error = await rejectionOf(find(jwksUri, issuer, allowInsecure));
      expect(error.code).toBe('jwks_uri_insecure');
      expect(error.reason).toContain(jwksUri);
    },
  );

  test.each([
    ['https://cdn.example/keys?v=1', ISSUER, false],
    ['http://127.0.0.1:2/jwks', 'http://127.0.0.1:1', false],
    ['http://inner.example/jwks', 'http://issuer.example', true],
  ])('%s for %s, allowInsecure %p: fine', async (jwksUri, issuer, allowInsecure) => {
    expect(await find(jwksUri, issuer, allowInsecure)).toBe(jwksUri);
  });
});

describe('a document that is no object', () => {
  test.each([[[]], [null], ['text'], [1]])('%j', async (body) => {
    await expect(discover({ [OIDC]: json(body) }).found).rejects.toThrow(HttpError);
  });
});
