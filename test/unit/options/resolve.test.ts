import { Logger } from '@nestjs/common';
import type { AuthgearModuleOptions } from '../../../lib/options/options.js';
import { resolveOptions, type ResolvedOptions } from '../../../lib/options/resolve.js';
import { createSigningKey } from '../../../lib/testing/signing-key.js';
import { refusalOf } from '../../support/refusals.js';

const ISSUER = 'https://my-app.authgear.cloud';
const good = { issuer: ISSUER, audience: ISSUER };
const { jwk, privateKey } = createSigningKey('ES256', { kid: 'a' });

/** The options as plain JavaScript or a configuration file may give them. */
const resolve = (changes: object = {}): ResolvedOptions => resolveOptions({ ...good, ...changes });
const refuse = (changes: object) => refusalOf(() => resolve(changes));
/** The lines of the report that are about one problem each. */
const linesOf = (changes: object) =>
  refuse(changes)
    .message.split('\n')
    .filter((line) => line.startsWith('- '));

function issuerOf(options: ResolvedOptions) {
  const { issuers } = options;
  if (typeof issuers === 'function') throw new Error('expected a list');
  const [first] = issuers;
  if (first === undefined) throw new Error('expected an issuer');
  return first;
}

describe('defaults', () => {
  test('of the issuer', () => {
    const { issuer, ...origin } = issuerOf(resolve());
    const { profile, requiredClaims, ...rules } = issuer;
    expect(profile.name).toBe('Authgear');
    expect(new Set(requiredClaims)).toEqual(
      new Set(['aud', 'client_id', 'exp', 'iat', 'iss', 'jti', 'sub']),
    );
    expect(rules).toEqual({
      issuer: ISSUER,
      audience: [ISSUER],
      clientId: undefined,
      algorithms: ['RS256'],
      typ: ['at+jwt'],
      clockTolerance: 5,
      userinfo: { url: `${ISSUER}/oauth2/userinfo`, timeout: 5_000 },
    });
    expect(origin).toEqual({
      metadataUrl: undefined,
      jwksUri: undefined,
      jwks: undefined,
      allowInsecure: false,
    });
  });

  test('of the keys, in milliseconds', () => {
    const { issuers: _, keys, ...rest } = resolve();
    expect({
      ...keys,
      cooldown: keys.cooldown ?? issuerOf(resolve()).issuer.profile.cooldown,
    }).toEqual({
      defaultAge: 600_000,
      minAge: 60_000,
      maxAge: 3_600_000,
      refreshAhead: 30_000,
      cooldown: 30_000,
      staleFor: 3_600_000,
      timeout: 5_000,
    });
    expect(rest.failFast).toBe(false);
    expect(rest.tokenCache).toEqual({ max: 10_000 });
  });

  test("of the rest: the platform's clock and a Nest logger", () => {
    const { clock, logger, fetch } = resolve();
    const before = Date.now();
    expect(clock()).toBeGreaterThanOrEqual(before);
    expect(clock()).toBeLessThanOrEqual(Date.now());
    expect(logger).toBeInstanceOf(Logger);
    expect(typeof fetch).toBe('function');
  });
});

describe('what is given is taken', () => {
  test.each([
    ['audience', { audience: ['a', 'b'] }, { audience: ['a', 'b'] }],
    ['clientId', { clientId: 'c' }, { clientId: ['c'] }],
    ['clientId, several', { clientId: ['c', 'd'] }, { clientId: ['c', 'd'] }],
    ['algorithms', { algorithms: ['ES256', 'Ed25519'] }, { algorithms: ['ES256', 'Ed25519'] }],
    ['typ, normalized', { typ: 'application/JWT' }, { typ: ['jwt'] }],
    ['typ, several', { typ: ['AT+JWT', 'JWT'] }, { typ: ['at+jwt', 'jwt'] }],
    ["typ 'any'", { typ: 'any' }, { typ: 'any' }],
    ['clockTolerance, none', { clockTolerance: 0 }, { clockTolerance: 0 }],
    ['clockTolerance, a string', { clockTolerance: '2m' }, { clockTolerance: 120 }],
    ['clockTolerance, the most', { clockTolerance: 120 }, { clockTolerance: 120 }],
  ])('%s', (_, changes, expected) => {
    expect(issuerOf(resolve(changes)).issuer).toMatchObject(expected);
  });

  test.each([
    [false, false],
    [{}, { max: 10_000 }],
    [{ max: 1 }, { max: 1 }],
  ])('tokenCache %j', (tokenCache, expected) => {
    expect(resolve({ tokenCache }).tokenCache).toEqual(expected);
  });

  test('requiredClaims add to the required ones', () => {
    const { requiredClaims } = issuerOf(resolve({ requiredClaims: ['tenant', 'sub'] })).issuer;
    expect(new Set(requiredClaims)).toEqual(
      new Set(['aud', 'client_id', 'exp', 'iat', 'iss', 'jti', 'sub', 'tenant']),
    );
    expect(issuerOf(resolve({ requiredClaims: [] })).issuer.requiredClaims).toContain('exp');
  });

  test('keys, as numbers of seconds and as strings', () => {
    const { keys } = resolve({
      keys: {
        defaultAge: 300,
        minAge: '2m',
        cooldown: '1m',
        staleFor: 0,
        refreshAhead: 0,
        timeout: '500ms',
      },
    });
    expect(keys).toMatchObject({
      defaultAge: 300_000,
      minAge: 120_000,
      cooldown: 60_000,
      staleFor: 0,
      refreshAhead: 0,
      timeout: 500,
    });
  });

  test('every time is a whole number of milliseconds', () => {
    const times = Object.values(
      resolve({ keys: { timeout: 1.005, staleFor: '0.1s', cooldown: 33.3333 } }).keys,
    );
    expect(times.filter((time) => !Number.isInteger(time))).toEqual([]);
  });

  test('clock, fetch and logger', () => {
    const given = {
      clock: () => 1,
      fetch: () => Promise.reject(new Error('no')),
      logger: { log() {}, warn() {}, error() {} },
    };
    expect(resolve(given)).toMatchObject(given);
  });

  test.each([
    { jwks: { keys: [jwk] } },
    { jwksUri: 'https://inner.example/jwks' },
    { metadataUrl: 'https://inner.example/meta' },
  ])('%j', (changes) => {
    expect(issuerOf(resolve(changes))).toMatchObject(changes);
  });

  test.each([
    ['loopback', 'http://127.0.0.1:3000', {}],
    ['loopback by name', 'http://issuer.localhost', {}],
    ['anywhere with allowInsecure', 'http://issuer.example', { allowInsecure: true }],
  ])('plain http: %s', (_, issuer, changes) => {
    expect(issuerOf(resolve({ issuer, ...changes })).issuer.issuer).toBe(issuer);
  });

  test.each([
    ['globalGuard from a factory', { globalGuard: false }, /globalGuard: .*beside "useFactory"/],
    [
      'a shared option in an entry',
      { issuers: [{ issuer: ISSUER, audience: ISSUER, clock: Date.now }] },
      /issuers\[0\]\.clock: .*beside "issuers"/,
    ],
  ])('%s is told where it belongs', (_, changes, message) => {
    expect(() => resolveOptions(changes as AuthgearModuleOptions)).toThrow(message);
  });

  test('undefined is as good as absent', () => {
    const nothing = Object.fromEntries(
      [
        'clientId',
        'algorithms',
        'typ',
        'requiredClaims',
        'clockTolerance',
        'metadataUrl',
        'jwksUri',
        'jwks',
        'keys',
        'tokenCache',
        'failFast',
        'fetch',
        'clock',
        'logger',
      ].map((name) => [name, undefined]),
    );
    const { fetch: _, logger: __, ...rest } = resolve(nothing);
    const { fetch: ___, logger: ____, ...expected } = resolve();
    expect(rest).toEqual(expected);
  });
});

describe('every bad value is one line with the option, what was received and a fix', () => {
  const keys = (name: string, ...values: unknown[]): [string, object, string][] =>
    values.map((value) => [
      `keys.${name} ${String(value)}`,
      { keys: { [name]: value } },
      `keys.${name}`,
    ]);
  const bad: [string, object, string][] = [
    ['no issuer', { issuer: undefined }, 'issuer'],
    ['an empty issuer', { issuer: '' }, 'issuer'],
    ['issuer null', { issuer: null }, 'issuer'],
    ['an issuer that is no string', { issuer: 1 }, 'issuer'],
    ['a URL object', { issuer: new URL(ISSUER) }, 'issuer'],
    ['an issuer that is no URL', { issuer: 'my-app' }, 'issuer'],
    ['an issuer of another scheme', { issuer: 'ftp://my-app.authgear.cloud' }, 'issuer'],
    ['an issuer with a trailing slash', { issuer: `${ISSUER}/` }, 'issuer'],
    ['an issuer with a path', { issuer: `${ISSUER}/tenant` }, 'issuer'],
    ['an issuer with a query', { issuer: `${ISSUER}?a` }, 'issuer'],
    ['an issuer with a fragment', { issuer: `${ISSUER}#a` }, 'issuer'],
    ['an issuer with spaces', { issuer: ` ${ISSUER}` }, 'issuer'],
    ['a plain http issuer', { issuer: 'http://my-app.authgear.cloud' }, 'issuer'],
    [
      'a plain http issuer that looks like loopback',
      { issuer: 'http://127.0.0.1.evil.com' },
      'issuer',
    ],
    ['a plain http issuer on 0.0.0.0', { issuer: 'http://0.0.0.0' }, 'issuer'],
    ['no audience', { audience: undefined }, 'audience'],
    ['audience null', { audience: null }, 'audience'],
    ['an empty audience', { audience: '' }, 'audience'],
    ['no audience in the list', { audience: [] }, 'audience'],
    ['an empty audience in the list', { audience: [ISSUER, ''] }, 'audience'],
    ['an audience that is no string', { audience: [1] }, 'audience'],
    ['no client in the list', { clientId: [] }, 'clientId'],
    ['an empty client', { clientId: '' }, 'clientId'],
    ['clientId null', { clientId: null }, 'clientId'],
    ['a client that is no string', { clientId: [1] }, 'clientId'],
    ['no algorithm in the list', { algorithms: [] }, 'algorithms'],
    ['algorithms that are no list', { algorithms: 'RS256' }, 'algorithms'],
    ['algorithms null', { algorithms: null }, 'algorithms'],
    ['none', { algorithms: ['none'] }, 'algorithms'],
    ['None', { algorithms: ['None'] }, 'algorithms'],
    ['HS256', { algorithms: ['RS256', 'HS256'] }, 'algorithms'],
    ['hs512', { algorithms: ['hs512'] }, 'algorithms'],
    ['an unknown algorithm', { algorithms: ['RS257'] }, 'algorithms'],
    ['an algorithm in another case', { algorithms: ['rs256'] }, 'algorithms'],
    ['an algorithm that is no string', { algorithms: [256] }, 'algorithms'],
    ['no typ in the list', { typ: [] }, 'typ'],
    ['an empty typ', { typ: '' }, 'typ'],
    ['typ null', { typ: null }, 'typ'],
    ['typ false', { typ: false }, 'typ'],
    ['requiredClaims that are no list', { requiredClaims: 'tenant' }, 'requiredClaims'],
    ['an empty required claim', { requiredClaims: [''] }, 'requiredClaims'],
    ['requiredClaims null', { requiredClaims: null }, 'requiredClaims'],
    ['a tolerance over 120 s', { clockTolerance: 121 }, 'clockTolerance'],
    ['a tolerance over 120 s, as a string', { clockTolerance: '3m' }, 'clockTolerance'],
    ['a tolerance just over 120 s', { clockTolerance: 120.001 }, 'clockTolerance'],
    ['a negative tolerance', { clockTolerance: -1 }, 'clockTolerance'],
    ['a tolerance without a unit', { clockTolerance: '30' }, 'clockTolerance'],
    ['a tolerance NaN', { clockTolerance: Number.NaN }, 'clockTolerance'],
    ['an infinite tolerance', { clockTolerance: Number.POSITIVE_INFINITY }, 'clockTolerance'],
    ['a tolerance null', { clockTolerance: null }, 'clockTolerance'],
    ['a jwksUri that is no URL', { jwksUri: '/jwks' }, 'jwksUri'],
    ['a plain http jwksUri', { jwksUri: 'http://inner.example/jwks' }, 'jwksUri'],
    [
      'a plain http jwksUri, allowInsecure or not',
      { jwksUri: 'http://inner.example/jwks', allowInsecure: true },
      'jwksUri',
    ],
    ['a loopback jwksUri for an https issuer', { jwksUri: 'http://127.0.0.1/jwks' }, 'jwksUri'],
    ['a plain http metadataUrl', { metadataUrl: 'http://inner.example/meta' }, 'metadataUrl'],
    ['a metadataUrl that is no URL', { metadataUrl: 'meta' }, 'metadataUrl'],
    ['a metadataUrl of another scheme', { metadataUrl: 'file:///meta' }, 'metadataUrl'],
    [
      'a jwksUri with credentials, which fetch refuses',
      { jwksUri: 'https://user:hunter2@inner.example/jwks' },
      'jwksUri',
    ],
    [
      'a metadataUrl with credentials, which fetch refuses',
      { metadataUrl: 'https://user:hunter2@inner.example/meta' },
      'metadataUrl',
    ],
    ['jwks that are no key set', { jwks: [jwk] }, 'jwks'],
    ['jwks without keys', { jwks: { keys: [] } }, 'jwks'],
    ['jwks null', { jwks: null }, 'jwks'],
    ['jwks as text', { jwks: JSON.stringify({ keys: [jwk] }) }, 'jwks'],
    [
      'jwks with a private key',
      { jwks: { keys: [jwk, { ...privateKey.export({ format: 'jwk' }), kid: 'b' }] } },
      'jwks',
    ],
    ['jwks with a symmetric key', { jwks: { keys: [{ kty: 'oct', k: 'c2VjcmV0' }] } }, 'jwks'],
    ['jwks with something else', { jwks: { keys: ['a'] } }, 'jwks'],
    ['jwks and jwksUri', { jwks: { keys: [jwk] }, jwksUri: 'https://inner.example/jwks' }, 'jwks'],
    [
      'jwksUri and metadataUrl',
      { jwksUri: 'https://inner.example/jwks', metadataUrl: 'https://inner.example/meta' },
      'metadataUrl',
    ],
    ['keys that are no object', { keys: '10m' }, 'keys'],
    ['keys that are a list', { keys: [] }, 'keys'],
    ['keys null', { keys: null }, 'keys'],
    ...keys(
      'cooldown',
      0,
      '0s',
      '0.4ms',
      -1,
      '30',
      Number.NaN,
      Number.POSITIVE_INFINITY,
      null,
      '',
      true,
    ),
    ...keys('defaultAge', 0, -1, '10', 'soon', null),
    ...keys('minAge', 0, -1, '10', null),
    ...keys('maxAge', 0, -1, '10', null, Number.POSITIVE_INFINITY),
    ...keys('timeout', 0, '0.4ms', -1, '5', null, Number.POSITIVE_INFINITY),
    ...keys('staleFor', -1, '1', Number.NaN, null),
    ...keys('refreshAhead', -1, '1', Number.NaN, null),
    ['an unknown key option', { keys: { coolDown: '1m' } }, 'keys.coolDown'],
    ['minAge > maxAge', { keys: { minAge: '2h' } }, 'keys.minAge'],
    ['defaultAge > maxAge', { keys: { defaultAge: '2h' } }, 'keys.defaultAge'],
    ['refreshAhead + timeout > minAge', { keys: { refreshAhead: '56s' } }, 'keys.refreshAhead'],
    ['timeout + refreshAhead > minAge', { keys: { timeout: '31s' } }, 'keys.timeout'],
    ...[true, null, 1000, [], '1000'].map((value): [string, object, string] => [
      `tokenCache ${JSON.stringify(value)}`,
      { tokenCache: value },
      'tokenCache',
    ]),
    ...[0, -1, 1.5, '10', null, Number.NaN, Infinity, 1_000_001].map(
      (max): [string, object, string] => [
        `tokenCache.max ${max}`,
        { tokenCache: { max } },
        'tokenCache.max',
      ],
    ),
    ['an unknown cache option', { tokenCache: { size: 10 } }, 'tokenCache.size'],
    ['failFast that is no boolean', { failFast: 'true' }, 'failFast'],
    ['allowInsecure that is no boolean', { allowInsecure: 'false' }, 'allowInsecure'],
    ['allowInsecure null', { allowInsecure: null }, 'allowInsecure'],
    ['fetch that is no function', { fetch: {} }, 'fetch'],
    ['clock that is no function', { clock: 0 }, 'clock'],
    ['clock that is a date', { clock: new Date(0) }, 'clock'],
    ['a logger that is text', { logger: 'console' }, 'logger'],
    ['a logger that cannot log', { logger: {} }, 'logger'],
    ['a logger null', { logger: null }, 'logger'],
    ['an unknown option', { issuerUrl: ISSUER }, 'issuerUrl'],
    ['a misspelt security option', { clientID: 'c' }, 'clientID'],
    ['a misspelt security option, undefined', { clockTolerence: undefined }, 'clockTolerence'],
  ];
  test.each(bad)('%s', (_, changes, option) => {
    const lines = linesOf(changes);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/received/i);
    expect(lines[0]).toContain(option);
    // A fix: a sentence behind what was received.
    expect(lines[0]).toMatch(/received .+\. .{10,}/i);
  });

  test('the boundary of refreshAhead + timeout = minAge is fine', () => {
    expect(() => resolve({ keys: { refreshAhead: '55s', timeout: '5s' } })).not.toThrow();
    expect(() => resolve({ keys: { minAge: '1h', maxAge: '1h', defaultAge: '1h' } })).not.toThrow();
  });

  test.each([undefined, null, 'text', 1, [], () => good])('options that are %p', (options) => {
    expect(
      refusalOf(() => resolveOptions(options as unknown as AuthgearModuleOptions)),
    ).toMatchObject({ code: 'configuration_invalid' });
  });

  test('the fix for a trailing slash names it', () => {
    expect(linesOf({ issuer: `${ISSUER}/` })[0]).toMatch(/trailing slash/);
  });

  test('the fix for none and HMAC says never', () => {
    expect(linesOf({ algorithms: ['none'] })[0]).toMatch(/never/);
    expect(linesOf({ algorithms: ['HS256'] })[0]).toMatch(/never/);
  });
});

describe('all problems are reported together', () => {
  test('one error, one line each', () => {
    const error = refuse({
      issuer: `${ISSUER}/`,
      audience: [],
      algorithms: ['none', 'HS256'],
      clockTolerance: 500,
      keys: { cooldown: 0, minAge: '2h' },
      foo: 1,
    });
    expect(error.code).toBe('configuration_invalid');
    const lines = error.message.split('\n').filter((line) => line.startsWith('- '));
    for (const option of [
      'issuer',
      'audience',
      'algorithms',
      'clockTolerance',
      'keys.cooldown',
      'keys.minAge',
      'foo',
    ]) {
      expect(lines.some((line) => line.startsWith(`- ${option}`))).toBe(true);
    }
    expect(lines.filter((line) => line.startsWith('- algorithms'))).toHaveLength(2);
  });
});

describe('no secret is reported', () => {
  test.each<[string, object]>([
    ['an option that was meant for something else', { clientSecret: 'hunter2' }],
    ['a key option that was meant for something else', { keys: { secret: 'hunter2' } }],
    ['a password in the issuer', { issuer: 'https://user:hunter2@my-app.authgear.cloud/' }],
    ['a password with an @ in it', { issuer: 'https://user:pa@hunter2@my-app.authgear.cloud/' }],
    [
      'a password with a slash after an @',
      { metadataUrl: 'http://user:hunter2@inner.example/meta' },
    ],
    ['a password in a jwksUri', { jwksUri: 'http://user:hunter2@inner.example/jwks' }],
    ['a private key', { jwks: { keys: [{ ...jwk, d: 'hunter2' }] } }],
    ['a symmetric key', { jwks: { keys: [{ kty: 'oct', k: 'hunter2' }] } }],
    ['key sets as text', { jwks: '{"keys":[{"kty":"oct","k":"hunter2"}]}' }],
  ])('%s', (_, changes) => {
    const { message, reason, fix } = refuse(changes);
    expect(message + reason + fix).not.toContain('hunter2');
  });
});

describe('values without a JSON form are reported too', () => {
  const circular: Record<string, unknown> = {};
  circular['self'] = circular;
  test.each<[string, unknown]>([
    ['a circular object', circular],
    ['a BigInt', 10n],
    ['a symbol', Symbol('s')],
    ['a function', () => ISSUER],
    ['a class', class Config {}],
    ['NaN', Number.NaN],
    ['a deep object', JSON.parse('['.repeat(20_000) + ']'.repeat(20_000))],
  ])('%s as audience', (_, audience) => {
    expect(linesOf({ audience })).toHaveLength(1);
    expect(linesOf({ audience })[0]?.length).toBeLessThan(500);
  });
});

test.each(['oidc', null, 7, []])('profile: %j is a problem beside all others', (profile) => {
  const lines = linesOf({ profile, audience: 7 });
  expect(lines.map((line) => line.split(':')[0])).toEqual(['- profile', '- audience']);
});
