import { sha256 } from '../../../lib/core/crypto/digest.js';
import type { AuthgearModuleOptions } from '../../../lib/options/options.js';
import { authgear, authpi, oidc } from '../../../lib/options/profiles.js';
import { resolveOptions } from '../../../lib/options/resolve.js';
import { refusalOf, rejectionOf } from '../../support/refusals.js';

const ISSUER = 'https://my-app.authgear.cloud';
const good = { issuer: ISSUER, audience: ISSUER };
const SECRET = 'hunter2hunter2hunter2hunter2';
const other = { issuer: 'https://other.authgear.cloud', audience: 'https://other.authgear.cloud' };
const foreign = { issuer: 'https://login.example', audience: 'https://api.example' };

const resolve = (changes: object = {}) => resolveOptions({ ...good, ...changes });
const resolveAll = (options: object) => resolveOptions(options as unknown as AuthgearModuleOptions);
const rulesOf = (options: ReturnType<typeof resolve>) => {
  if (typeof options.issuers === 'function') throw new Error('expected a list');
  return options.issuers.map(({ issuer }) => issuer);
};
const first = (changes: object) => rulesOf(resolve(changes))[0];
const linesIn = (message: string) => message.split('\n').filter((line) => line.startsWith('- '));
const linesOf = (options: object) => linesIn(refusalOf(() => resolveAll(options)).message);

describe('defaults', () => {
  test('nothing is asked, trusted or mounted', () => {
    const { resolver, proxyHeaders, webhooks, userinfo } = first({}) ?? {};
    expect({ resolver, proxyHeaders, webhooks }).toEqual({
      resolver: undefined,
      proxyHeaders: undefined,
      webhooks: undefined,
    });
    // For @MaxStaleness(), where a route demands it.
    expect(userinfo).toEqual({ url: `${ISSUER}/oauth2/userinfo`, timeout: 5_000 });
    expect(resolve()).toMatchObject({
      maxStaleness: undefined,
      strategies: [],
      revocation: { onStoreFailure: 'closed', keepFor: 86_400_000 },
    });
    expect(resolve().revocation.store).toBeUndefined();
  });

  test('of the resolver', () => {
    expect(first({ resolver: {} })?.resolver).toEqual({
      cookies: false,
      opaqueTokens: false,
      cacheFor: 5_000,
      timeout: 5_000,
      url: `${ISSUER}/_resolver/resolve`,
      method: 'GET',
      cookiePrefix: '',
      allowedOrigins: [],
    });
  });

  test('of the proxy', () => {
    expect(first({ proxyHeaders: { secret: SECRET } })?.proxyHeaders).toEqual({
      isRequired: false,
      proof: {
        kind: 'secret',
        header: 'x-proxy-secret',
        digest: Buffer.from(sha256(SECRET)),
      },
      cookiePrefix: '',
      allowedOrigins: [],
    });
  });

  test('an issuer that is not Authgear is not asked unless it is said where', () => {
    expect(
      rulesOf(
        resolveAll({
          issuers: [authpi({ ...foreign, issuer: 'https://idp.authpi.com/tenant' }), oidc(foreign)],
        }),
      ).map(({ userinfo }) => userinfo),
    ).toEqual([undefined, undefined]);
    const userinfoUrl = 'https://login.example/me';
    expect(
      rulesOf(resolveAll({ issuers: [oidc({ ...foreign, userinfoUrl })] }))[0]?.userinfo,
    ).toEqual({ url: userinfoUrl, timeout: 5_000 });
  });

  test('undefined is as good as absent', () => {
    const names = [
      'resolver',
      'proxyHeaders',
      'webhooks',
      'userinfoUrl',
      'maxStaleness',
      'revocation',
      'strategies',
    ];
    const {
      fetch: _,
      logger: __,
      ...rest
    } = resolve(Object.fromEntries(names.map((name) => [name, undefined])));
    const { fetch: ___, logger: ____, ...expected } = resolve();
    expect(rest).toEqual(expected);
    const resolver = Object.fromEntries(
      ['cookies', 'cacheFor', 'timeout', 'url', 'method', 'cookiePrefix', 'allowedOrigins'].map(
        (name) => [name, undefined],
      ),
    );
    expect(first({ resolver })).toEqual(first({ resolver: {} }));
  });
});

describe('what is given is taken', () => {
  test.each([
    ['cookies', { cookies: true }],
    ['opaqueTokens', { opaqueTokens: true }],
    ['HEAD', { method: 'HEAD' }],
    ['url', { url: 'https://inner.example/_resolver/resolve?a=1' }],
    ['cookiePrefix', { cookiePrefix: '__Host-my_' }],
    [
      'allowedOrigins',
      {
        allowedOrigins: [
          'https://app.example',
          'http://localhost:3000',
          'https://app.example:8443',
        ],
      },
    ],
  ])('resolver.%s', (_, resolver) => {
    expect(first({ resolver })?.resolver).toMatchObject(resolver);
  });

  test.each([
    [0, 0],
    ['500ms', 500],
    [60, 60_000],
    ['1m', 60_000],
  ])('resolver.cacheFor %p', (cacheFor, expected) => {
    expect(first({ resolver: { cacheFor } })?.resolver?.cacheFor).toBe(expected);
  });

  test('resolver.timeout is for the userinfo endpoint, too', () => {
    const { resolver, userinfo } = first({ resolver: { timeout: '2s' } }) ?? {};
    expect([resolver?.timeout, userinfo?.timeout]).toEqual([2_000, 2_000]);
  });

  test('a plain http issuer on loopback may be asked over http', () => {
    const issuer = 'http://127.0.0.1:3000';
    const { resolver, userinfo } =
      first({
        issuer,
        resolver: { url: 'http://127.0.0.1:4000/resolve' },
        userinfoUrl: 'http://localhost/me',
      }) ?? {};
    expect([resolver?.url, userinfo?.url]).toEqual([
      'http://127.0.0.1:4000/resolve',
      'http://localhost/me',
    ]);
  });

  test('proxyHeaders', () => {
    const trust = () => true;
    expect(first({ proxyHeaders: { trust } })?.proxyHeaders).toMatchObject({
      proof: { kind: 'trust', trust },
    });
    expect(
      first({ proxyHeaders: { secret: SECRET, secretHeader: 'X-Other', trust: undefined } })
        ?.proxyHeaders,
    ).toMatchObject({
      proof: { kind: 'secret', header: 'x-other' },
    });
    expect(
      first({
        proxyHeaders: {
          secret: 'x'.repeat(16),
          cookiePrefix: 'a_',
          allowedOrigins: ['https://a.example'],
        },
      })?.proxyHeaders,
    ).toMatchObject({
      cookiePrefix: 'a_',
      allowedOrigins: ['https://a.example'],
    });
  });

  test('both forms of the webhook secret are one key', () => {
    const portal = 'nWLW3GxHNzS3wh1t2ejDrMwAJxQ4W7bK';
    const text = first({ webhooks: { path: '/authgear/webhooks', secret: portal } })?.webhooks;
    const jwk = first({
      webhooks: {
        path: '/authgear/webhooks',
        secret: { kty: 'oct', k: Buffer.from(portal).toString('base64url'), kid: 'a' },
      },
    })?.webhooks;
    expect(text?.path).toBe('/authgear/webhooks');
    expect(Buffer.from(text?.key ?? []).toString()).toBe(portal);
    expect(Buffer.from(jwk?.key ?? [])).toEqual(Buffer.from(text?.key ?? []));
  });

  test('of the module', () => {
    const store = { get: async () => undefined, set: async () => true };
    const strategy = {
      name: 'api-key',
      extract: () => undefined,
      authenticate: () => Promise.reject(new Error('no')),
    };
    expect(
      resolve({
        maxStaleness: '10s',
        revocation: { store, onStoreFailure: 'open', keepFor: '1h' },
        strategies: [strategy],
      }),
    ).toMatchObject({
      maxStaleness: 10,
      revocation: { store, onStoreFailure: 'open', keepFor: 3_600_000 },
      strategies: [strategy],
    });
    expect(resolve({ maxStaleness: '500ms', strategies: [] }).maxStaleness).toBe(0.5);
  });

  test('a store that is a class instance with its methods in the prototype', () => {
    class Store {
      async get() {}
      async set() {}
    }
    const store = new Store();
    expect(resolve({ revocation: { store } }).revocation.store).toBe(store);
  });
});

describe('every invalid value is one line with the option, without secrets', () => {
  const each = (
    option: string,
    values: readonly unknown[],
    wrap: (value: unknown) => object,
  ): [string, object][] => values.map((value) => [option, wrap(value)]);
  const webhooks = { path: '/hooks', secret: SECRET };
  const strategy = { name: 'a', extract: () => undefined, authenticate: () => undefined };
  const bad: [string, object][] = [
    ...each('resolver', [null, true, 'yes', [], 1, () => ({})], (resolver) => ({ resolver })),
    ...each('resolver.cookies', ['true', 1, null], (cookies) => ({ resolver: { cookies } })),
    ...each('resolver.opaqueTokens', ['true', 1, null], (opaqueTokens) => ({
      resolver: { opaqueTokens },
    })),
    ...each(
      'resolver.cacheFor',
      [-1, '5', 'soon', null, 61, '2m', 60.001, Number.NaN, Infinity],
      (cacheFor) => ({ resolver: { cacheFor } }),
    ),
    ...each('resolver.timeout', [0, -1, '5', null, Number.NaN, Infinity], (timeout) => ({
      resolver: { timeout },
    })),
    ...each('resolver.method', ['POST', 'head', null, ''], (method) => ({ resolver: { method } })),
    ...each('resolver.cookiePrefix', [1, null, 'a b', 'a;', 'a=', 'é', 'a,'], (cookiePrefix) => ({
      resolver: { cookiePrefix },
    })),
    ...each(
      'resolver.url',
      [
        '/resolve',
        'http://inner.example/resolve',
        'http://127.0.0.1/resolve',
        'ftp://a.example',
        '',
        null,
        1,
        ' https://a.example',
        `https://user:${SECRET}@a.example`,
        'https://a.example/#x',
      ],
      (url) => ({ resolver: { url } }),
    ),
    ...each(
      'resolver.allowedOrigins',
      [
        'https://a.example',
        null,
        [1],
        ['*'],
        ['null'],
        [''],
        ['https://a.example/'],
        ['https://a.example:443'],
        ['HTTPS://a.example'],
        ['https://A.example'],
        ['https://a.example/path'],
        ['a.example'],
        ['https://*.example/'],
        ['ws://a.example'],
        [`https://user:${SECRET}@a.example`],
      ],
      (allowedOrigins) => ({ resolver: { allowedOrigins } }),
    ),
    ['resolver.cookie', { resolver: { cookie: true } }],
    ['resolver.secret', { resolver: { secret: SECRET } }],
    ...each(
      'userinfoUrl',
      ['/me', 'http://a.example/me', null, '', `https://user:${SECRET}@a.example/me`],
      (userinfoUrl) => ({ userinfoUrl }),
    ),
    ...each(
      'proxyHeaders',
      [
        {},
        { secret: '' },
        { secret: SECRET.slice(0, 15) },
        { secret: `${SECRET} ${SECRET}` },
        { secret: `${SECRET}\n` },
        { secret: `${SECRET}é` },
        { secret: null },
        { secret: 1_234_567_890_123_456 },
        { secret: [SECRET] },
        { secret: SECRET, trust: () => true },
        { secret: SECRET, trust: null },
        { secret: SECRET, trust: true },
        { secret: 'short', trust: () => true },
        { trust: true },
        { trust: null },
        { trust: 'yes' },
      ],
      (proxyHeaders) => ({ proxyHeaders }),
    ),
    ...each(
      'proxyHeaders.secretHeader',
      ['', 'a b', 'Authorization', 'authorization', 1, null, 'a:b'],
      (secretHeader) => ({
        proxyHeaders: { secret: SECRET, secretHeader },
      }),
    ),
    ['clientId and sessions', { clientId: 'app', resolver: { cookies: true } }],
    ['clientId and sessions', { clientId: 'app', resolver: { opaqueTokens: true } }],
    ['clientId and sessions', { clientId: 'app', proxyHeaders: { secret: SECRET } }],
    ['proxyHeaders.secretHeader', { proxyHeaders: { trust: () => true, secretHeader: 'x-other' } }],
    ...each('proxyHeaders.cookiePrefix', ['a b', null], (cookiePrefix) => ({
      proxyHeaders: { secret: SECRET, cookiePrefix },
    })),
    ...each('proxyHeaders.allowedOrigins', ['*', ['https://a.example/']], (allowedOrigins) => ({
      proxyHeaders: { secret: SECRET, allowedOrigins },
    })),
    ['proxyHeaders.secrets', { proxyHeaders: { secret: SECRET, secrets: SECRET } }],
    ...each(
      'webhooks.path',
      [
        '',
        '/',
        'hooks',
        '/hooks/:id',
        '/hooks/*path',
        '/hooks?a',
        '/hooks#a',
        '/a b',
        '/{a}',
        '/(a)',
        null,
        1,
        /hooks/,
      ],
      (path) => ({ webhooks: { ...webhooks, path } }),
    ),
    ...each(
      'webhooks.secret',
      [
        undefined,
        null,
        '',
        SECRET.slice(0, 15),
        1,
        [SECRET],
        Buffer.from(SECRET),
        {},
        { kty: 'oct' },
        { k: SECRET },
        { kty: 'RSA', k: SECRET },
        { kty: 'oct', k: '' },
        { kty: 'oct', k: 'c2hvcnQ' },
        { kty: 'oct', k: `${SECRET}=+/` },
        { kty: 'oct', k: [SECRET] },
      ],
      (secret) => ({ webhooks: { ...webhooks, secret } }),
    ),
    ['webhooks.key', { webhooks: { ...webhooks, key: SECRET } }],
    ...each('maxStaleness', [0, -1, '10', null, Number.NaN, Infinity, true], (maxStaleness) => ({
      maxStaleness,
    })),
    ...each('revocation', [null, 'redis://a', [], true], (revocation) => ({ revocation })),
    ...each(
      'revocation.store',
      [
        null,
        'redis://default:hunter2@redis',
        {},
        { get() {} },
        { set() {} },
        { get: 1, set: 1 },
        new Map().get,
      ],
      (store) => ({ revocation: { store } }),
    ),
    ...each('revocation.onStoreFailure', ['close', true, null, ''], (onStoreFailure) => ({
      revocation: { onStoreFailure },
    })),
    ...each('revocation.keepFor', [0, -1, '24', null, Infinity], (keepFor) => ({
      revocation: { keepFor },
    })),
    ['revocation.ttl', { revocation: { ttl: '1h' } }],
    ...each(
      'strategies',
      [
        null,
        {},
        strategy,
        'api-key',
        [null],
        [() => strategy],
        [{ ...strategy, name: '' }],
        [{ ...strategy, name: 1 }],
        ...['jwt', 'resolver', 'proxy'].map((name) => [{ ...strategy, name }]),
        [{ ...strategy, extract: undefined }],
        [{ ...strategy, authenticate: 'x' }],
        [strategy, { name: 'b' }],
        [strategy, { ...strategy }],
      ],
      (strategies) => ({ strategies }),
    ),
    ['maxStale', { maxStale: '10s' }],
  ];
  test.each(bad)('%s: %j', (option, changes) => {
    const lines = linesOf({ ...good, ...changes });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`- ${option}: received `);
    expect(lines[0]).toMatch(/received .+\. .{10,}/i);
    expect(lines[0]).not.toContain('hunter2');
  });

  test.each([null, true, SECRET, [], 7])('proxyHeaders and webhooks %j', (value) => {
    for (const option of ['proxyHeaders', 'webhooks']) {
      const lines = linesOf({ ...good, [option]: value });
      expect(lines[0]).toContain(`- ${option}: received `);
      expect(lines.join()).not.toContain('hunter2');
    }
  });
});

describe('contradictions', () => {
  const cookies = { resolver: { cookies: true } };
  const opaque = { resolver: { opaqueTokens: true } };
  const proxy = { proxyHeaders: { secret: SECRET } };
  const hooks = (path: string) => ({ webhooks: { path, secret: SECRET } });
  const two = (one: object, another: object) => ({
    issuers: [authgear({ ...good, ...one }), authgear({ ...other, ...another })],
  });

  test.each([
    ['cookies of two', two(cookies, cookies), /cookies or opaqueTokens/],
    ['opaque tokens of two', two(opaque, opaque), /cookies or opaqueTokens/],
    [
      'cookies of one and opaque tokens of another',
      two(cookies, opaque),
      /cookies or opaqueTokens/,
    ],
    ['two proxies', two(proxy, proxy), /proxyHeaders/],
    ['one path for two', two(hooks('/hooks'), hooks('/hooks')), /webhooks.*path of its own/],
    [
      'one path for two, to Express',
      two(hooks('/hooks'), hooks('/Hooks')),
      /webhooks.*path of its own/,
    ],
    [
      'one path for two, but for a slash',
      two(hooks('/hooks'), hooks('/hooks/')),
      /webhooks.*path of its own/,
    ],
  ])('%s', (_, options, fix) => {
    const lines = linesOf(options);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(fix);
    expect(lines[0]).not.toContain('hunter2');
  });

  test.each([
    [
      'cookies and opaque tokens of one',
      two({ resolver: { cookies: true, opaqueTokens: true } }, {}),
    ],
    ['a resolver that is only asked, beside one of cookies', two(cookies, { resolver: {} })],
    ['cookies of one and a proxy of another', two(cookies, proxy)],
    ['everything of one', two({ ...cookies, ...proxy, ...hooks('/hooks') }, {})],
    ['two paths', two(hooks('/hooks/a'), hooks('/hooks/b'))],
  ])('no contradiction: %s', (_, options) => {
    expect(() => resolveAll(options)).not.toThrow();
  });

  test.each([
    ['resolver', cookies],
    ['proxyHeaders', proxy],
    ['webhooks', hooks('/hooks')],
  ])('%s is of Authgear alone', (option, changes) => {
    for (const entry of [authpi({ ...foreign, ...changes }), oidc({ ...foreign, ...changes })]) {
      const lines = linesOf({ issuers: [entry] });
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatch(new RegExp(`^- issuers\\[0\\]\\.${option}: .*Only Authgear`));
      expect(lines[0]).not.toContain('hunter2');
    }
  });

  test('options beside the list apply to each issuer that supports them', () => {
    const rules = rulesOf(
      resolveAll({
        resolver: { timeout: '1s' },
        issuers: [authgear(good), authgear({ ...other, resolver: { timeout: '2s' } })],
      }),
    );
    expect(rules.map(({ resolver }) => resolver?.timeout)).toEqual([1_000, 2_000]);
    expect(rules.map(({ resolver }) => resolver?.url)).toEqual([
      `${good.issuer}/_resolver/resolve`,
      `${other.issuer}/_resolver/resolve`,
    ]);
    expect(linesOf({ ...cookies, issuers: [authgear(good), authgear(other)] })[0]).toMatch(
      /cookies or opaqueTokens/,
    );
    expect(linesOf({ ...cookies, issuers: [authgear(good), oidc(foreign)] })[0]).toContain(
      '- issuers[1].resolver: ',
    );
    expect(linesOf({ ...hooks('/hooks'), issuers: [authgear(good), authgear(other)] })[0]).toMatch(
      /path of its own/,
    );
    // The tokens of one issuer would go to another.
    for (const elsewhere of [
      { userinfoUrl: 'https://a.example/userinfo' },
      { resolver: { url: 'https://a.example/resolve' } },
    ]) {
      expect(linesOf({ ...elsewhere, issuers: [authgear(good), authgear(other)] })[0]).toMatch(
        /move it to the entry/,
      );
    }
  });

  describe('a function that looks issuers up', () => {
    const lookup = (entry?: object) => async () =>
      entry === undefined ? undefined : authgear({ ...good, ...entry });
    const found = async (options: object) => {
      const { issuers } = resolveAll(options);
      if (typeof issuers !== 'function') throw new Error('expected a function');
      return issuers(ISSUER);
    };

    test.each([
      ['resolver.cookies', cookies],
      ['resolver.opaqueTokens', opaque],
      ['proxyHeaders', proxy],
      ['webhooks', hooks('/hooks')],
    ])('%s needs a list', async (option, changes) => {
      const beside = linesOf({ issuers: lookup(), ...changes });
      expect(beside).toHaveLength(1);
      expect(beside[0]).toContain(`- ${option}: received `);
      const { code, message } = await rejectionOf(found({ issuers: lookup(changes) }));
      expect(code).toBe('configuration_invalid');
      expect(linesIn(message)).toHaveLength(1);
      expect(linesIn(message)[0]).toContain(`- issuers().${option}: received `);
      expect(beside.join() + message).not.toContain('hunter2');
    });

    test('a resolver that is only asked may be looked up', async () => {
      const origin = await found({
        issuers: lookup({ resolver: { timeout: '1s' } }),
        maxStaleness: '10s',
      });
      expect(origin?.issuer.resolver).toMatchObject({
        timeout: 1_000,
        cookies: false,
        opaqueTokens: false,
      });
      expect(
        (await found({ issuers: lookup({}), resolver: { cookies: false, timeout: '3s' } }))?.issuer
          .resolver?.timeout,
      ).toBe(3_000);
    });

    test('options beside it are checked at startup', () => {
      expect(linesOf({ issuers: lookup(), resolver: { timeout: 0 } })[0]).toContain(
        '- resolver.timeout: ',
      );
    });
  });
});
