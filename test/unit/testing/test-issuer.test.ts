import { createHmac, verify as verifyBytes } from 'node:crypto';
import { Test } from '@nestjs/testing';
import { AuthgearModule } from '../../../lib/authgear.module.js';
import { TokenService } from '../../../lib/credentials/bearer/token.service.js';
import { authgearProfile } from '../../../lib/core/issuer/authgear.js';
import { parseToken } from '../../../lib/core/token/parse.js';
import { TestClock } from '../../../lib/testing/test-clock.js';
import { TestIssuer } from '../../../lib/testing/test-issuer.js';
import { wrongTokens } from '../../../lib/testing/wrong-tokens.js';
import { rejectionOf } from '../../support/refusals.js';
import { trustedIssuer } from '../../support/tokens.js';
import { countingVerifier } from '../../support/verifier.js';

const USER = 'https://authgear.com/claims/user';
const NAME = 'https://test-issuer.authgear.cloud';
const clock = new TestClock(1_767_225_600_500);
const NOW = 1_767_225_600;
const issuer = new TestIssuer({ algorithm: 'ES256', clock });

const read = (token: string) => parseToken(token);
const userClaims = [
  'iss',
  'aud',
  'iat',
  'exp',
  'client_id',
  'scope',
  'auth_time',
  'amr',
  'jti',
  'sub',
  `${USER}/is_anonymous`,
  `${USER}/is_verified`,
  `${USER}/can_reauthenticate`,
  `${USER}/roles`,
];

function withoutTokens(object: object): object {
  return JSON.parse(JSON.stringify(object)) as object;
}

describe('by default', () => {
  test("signs with RS256 and 2048 bits, Authgear's", () => {
    const { signingKey } = new TestIssuer();
    expect(signingKey.alg).toBe('RS256');
    expect(signingKey.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
    expect(signingKey.jwk).toMatchObject({
      kty: 'RSA',
      use: 'sig',
      alg: 'RS256',
      e: 'AQAB',
      kid: signingKey.kid,
    });
  });

  test('publishes no private part', () => {
    for (const key of issuer.jwks().keys)
      expect(Object.keys(key)).not.toEqual(expect.arrayContaining(['d']));
  });

  test('its module options trust it', () => {
    expect(issuer.moduleOptions).toEqual({ issuer: NAME, audience: NAME, clock: clock.now });
  });

  test.each(['authgear', 'authpi'] as const)(
    'its module options trust its tokens: %s',
    async (kind) => {
      const other = new TestIssuer({ kind });
      const compiled = await Test.createTestingModule({
        imports: [AuthgearModule.forRoot({ ...other.moduleOptions, jwks: other.jwks() })],
      }).compile();
      const user = await compiled.get(TokenService).verifyAccessToken(other.accessToken());
      expect(user.issuer).toBe(other.issuer);
    },
  );
});

describe('a user token', () => {
  const { header, claims } = read(issuer.accessToken());

  test('has the header of Authgear', () => {
    expect(header).toEqual({ alg: 'ES256', kid: issuer.signingKey.kid, typ: 'at+jwt' });
  });

  test('has exactly the claims of Authgear', () => {
    expect(new Set(Object.keys(claims))).toEqual(new Set(userClaims));
  });

  test('of the types of Authgear', () => {
    expect(claims).toEqual({
      iss: NAME,
      aud: [NAME],
      iat: NOW,
      exp: NOW + 1800,
      client_id: expect.any(String) as unknown,
      scope: 'openid offline_access https://authgear.com/scopes/full-access',
      auth_time: NOW - 10,
      amr: ['pwd', 'x_primary_password'],
      jti: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
      sub: expect.any(String) as unknown,
      [`${USER}/is_anonymous`]: false,
      [`${USER}/is_verified`]: true,
      [`${USER}/can_reauthenticate`]: true,
      [`${USER}/roles`]: [],
    });
  });

  test('no two have the same jti', () => {
    expect(read(issuer.accessToken()).claims['jti']).not.toBe(claims['jti']);
  });

  test('contains the given fields', () => {
    const token = issuer.accessToken({
      sub: 's',
      clientId: 'c',
      audience: ['a', 'b'],
      scope: ['x', 'y'],
      roles: ['admin'],
      amr: ['mfa'],
      isAnonymous: true,
      isVerified: false,
      canReauthenticate: false,
      authTime: 5,
      expiresIn: 60,
      claims: { extra: { a: 1 }, iat: 7 },
      header: { kid: 'k', b64: true },
    });
    expect(read(token).claims).toMatchObject({
      sub: 's',
      client_id: 'c',
      aud: ['a', 'b'],
      scope: 'x y',
      amr: ['mfa'],
      [`${USER}/roles`]: ['admin'],
      [`${USER}/is_anonymous`]: true,
      [`${USER}/is_verified`]: false,
      [`${USER}/can_reauthenticate`]: false,
      auth_time: 5,
      exp: NOW + 60,
      extra: { a: 1 },
      iat: 7,
    });
    expect(read(token).header).toMatchObject({ kid: 'k', b64: true });
  });

  test.each([
    ['authTime null', { authTime: null }, 'auth_time'],
    ['an empty amr', { amr: [] }, 'amr'],
    ['a claim undefined', { claims: { client_id: undefined } }, 'client_id'],
  ])('%s leaves it away', (_, fields, name) => {
    expect(Object.keys(read(issuer.accessToken(fields)).claims)).not.toContain(name);
  });
});

describe('a machine token', () => {
  test('has exactly the claims of Authgear', () => {
    const { header, claims } = read(
      issuer.machineToken({
        clientId: 'm',
        audience: 'https://api.example',
        scope: 'read:reports',
      }),
    );
    expect(header).toMatchObject({ typ: 'at+jwt' });
    expect(claims).toEqual({
      iss: NAME,
      aud: ['https://api.example'],
      iat: NOW,
      exp: NOW + 1800,
      client_id: 'm',
      scope: 'read:reports',
      jti: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
      sub: 'client_id_m',
    });
  });

  test('has no scopes of people by default', () => {
    expect(read(issuer.machineToken()).claims['scope']).not.toMatch(
      /openid|offline_access|full-access/,
    );
  });
});

describe('an ID token', () => {
  const { header, claims } = read(issuer.idToken({ clientId: 'c', sub: 's', authTime: NOW - 5 }));

  test('has typ JWT and the key of access tokens', () => {
    expect(header).toEqual({ alg: 'ES256', kid: issuer.signingKey.kid, typ: 'JWT' });
  });

  test('has exactly the claims of Authgear', () => {
    expect(new Set(Object.keys(claims))).toEqual(
      new Set([
        ...userClaims.filter((name) => !['client_id', 'scope', 'jti'].includes(name)),
        'sid',
      ]),
    );
    expect(claims).toMatchObject({
      iss: NAME,
      aud: ['c'],
      sub: 's',
      iat: NOW,
      exp: NOW + 300,
      auth_time: NOW - 5,
      sid: expect.any(String) as unknown,
    });
  });

  test('is recognized as one', () => {
    expect(authgearProfile.recognize(header, claims)).toBe('token_is_id_token');
  });
});

test('an opaque token is 32 letters and digits, a refresh token a UUID, a dot and 32 more', () => {
  expect(issuer.opaqueToken()).toMatch(/^[A-Za-z0-9]{32}$/);
  expect(issuer.refreshToken()).toMatch(/^[0-9a-f-]{36}\.[A-Za-z0-9]{32}$/);
  expect(issuer.opaqueToken()).not.toBe(issuer.opaqueToken());
});

describe('wrong tokens', () => {
  const rules = trustedIssuer({ issuer: NAME, audience: [NAME], algorithms: ['ES256'] });
  const verifier = () => countingVerifier([rules], { [NAME]: issuer.jwks() }, clock.now);

  test('a right one is right', async () => {
    expect((await (await verifier()).verify(issuer.accessToken({ sub: 'a' }))).sub).toBe('a');
  });

  const codes: Record<string, string | RegExp> = {
    'alg none': /algorithm_not_allowed|token_malformed/,
    'hmac with the public key': 'algorithm_not_allowed',
    'foreign key': 'signature_invalid',
    'embedded key': 'signature_invalid',
    'changed payload': 'signature_invalid',
    'unknown kid': 'key_unknown',
    'critical extension': 'crit_not_supported',
    'id token type': 'typ_not_allowed',
    expired: 'token_expired',
    'not yet valid': 'token_not_yet_valid',
    'issued in the future': 'token_issued_in_future',
    'other issuer': 'issuer_mismatch',
    'issuer with a slash': 'issuer_trailing_slash',
    'other audience': 'audience_mismatch',
    'audience with a slash': 'audience_trailing_slash',
    'without audience': 'claim_missing',
    'without expiry': 'claim_missing',
    'without subject': 'claim_missing',
  };

  test('the list has them all', () => {
    expect(new Set(Object.keys(codes))).toEqual(new Set(wrongTokens));
  });

  test.each(wrongTokens)('%s is refused for what it is', async (kind) => {
    const { code } = await rejectionOf((await verifier()).verify(issuer.wrongToken(kind)));
    expect(code).toMatch(codes[kind] ?? 'unlisted');
  });

  test('each is unique, and contains the given fields', () => {
    const tokens = wrongTokens.map((kind) => issuer.wrongToken(kind));
    expect(new Set(tokens).size).toBe(tokens.length);
    expect(read(issuer.wrongToken('expired', { claims: { extra: 1 } })).claims['extra']).toBe(1);
  });

  test('the HMAC really is one with the public key', () => {
    const [header, payload, signature] = issuer.wrongToken('hmac with the public key').split('.');
    const pem = issuer.signingKey.publicKey.export({ type: 'spki', format: 'pem' });
    expect(createHmac('sha256', pem).update(`${header}.${payload}`).digest('base64url')).toBe(
      signature,
    );
  });
});

describe('rotate', () => {
  test('with overlap publishes both, and signs with the new one', () => {
    const own = new TestIssuer({ algorithm: 'ES256', clock });
    const old = own.signingKey;
    const next = own.rotate();
    expect(own.signingKey).toBe(next);
    expect(own.jwks().keys).toEqual([next.jwk, old.jwk]);
    const [header, payload, signature] = own.accessToken().split('.') as [string, string, string];
    const key = { key: next.publicKey, dsaEncoding: 'ieee-p1363' } as const;
    expect(
      verifyBytes(
        'sha256',
        Buffer.from(`${header}.${payload}`),
        key,
        Buffer.from(signature, 'base64url'),
      ),
    ).toBe(true);
  });

  test('without overlap withdraws the old one', () => {
    const own = new TestIssuer({ algorithm: 'ES256', clock });
    const next = own.rotate({ overlap: false, algorithm: 'EdDSA' });
    expect(own.jwks().keys).toEqual([next.jwk]);
    expect(read(own.accessToken()).header['alg']).toBe('EdDSA');
  });
});

describe('over HTTP', () => {
  let served: TestIssuer;
  beforeEach(async () => {
    served = await TestIssuer.listen({
      algorithm: 'ES256',
      clock,
      etag: true,
      cacheControl: 'max-age=60',
    });
  });
  afterEach(() => served.close());
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(served.issuer + path, { headers, redirect: 'manual' });

  test('listens on loopback, and is named after its address', () => {
    expect(served.issuer).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(read(served.accessToken()).claims).toMatchObject({
      iss: served.issuer,
      aud: [served.issuer],
    });
  });

  test.each(['openid-configuration', 'oauth-authorization-server'])(
    '%s is the metadata of Authgear',
    async (name) => {
      const document = (await (await get(`/.well-known/${name}`)).json()) as object;
      expect(document).toMatchObject({
        issuer: served.issuer,
        jwks_uri: `${served.issuer}/oauth2/jwks`,
        token_endpoint: `${served.issuer}/oauth2/token`,
        userinfo_endpoint: `${served.issuer}/oauth2/userinfo`,
      });
      expect(document).not.toHaveProperty('introspection_endpoint');
    },
  );

  test('keys, with the configured caching headers', async () => {
    const response = await get('/oauth2/jwks');
    expect(await response.json()).toEqual(withoutTokens(served.jwks()));
    expect(response.headers.get('cache-control')).toBe('max-age=60');
    const etag = response.headers.get('etag') ?? '';
    expect((await get('/oauth2/jwks', { 'if-none-match': etag })).status).toBe(304);
    served.rotate();
    expect((await get('/oauth2/jwks', { 'if-none-match': etag })).status).toBe(200);
  });

  test("without caching headers by default, as Authgear's", async () => {
    const plain = await TestIssuer.listen({ algorithm: 'ES256' });
    const { headers } = await fetch(`${plain.issuer}/oauth2/jwks`);
    await plain.close();
    for (const name of ['cache-control', 'etag', 'last-modified'])
      expect(headers.get(name)).toBeNull();
  });

  test('counts requests, failed ones too', async () => {
    await get('/.well-known/openid-configuration');
    await get('/oauth2/jwks');
    served.outage(500);
    await get('/oauth2/jwks');
    expect(served.requests).toEqual({ metadata: 1, jwks: 2, total: 3 });
    expect(['/oauth2/jwks', '/oauth2/userinfo'].map((path) => served.requestCount(path))).toEqual([
      2, 0,
    ]);
  });

  test('fails until it recovers', async () => {
    served.outage(503);
    expect((await get('/oauth2/jwks')).status).toBe(503);
    served.outage();
    await expect(get('/oauth2/jwks')).rejects.toThrow(/fetch failed/);
    served.recover();
    expect((await get('/oauth2/jwks')).status).toBe(200);
  });

  test.each([{ keys: [] }, { keys: 'no' }, [], 'text', null])(
    'publishes whatever it is told: %j',
    async (document) => {
      served.publish(document);
      expect(await (await get('/oauth2/jwks')).json()).toEqual(document);
      served.publish(undefined);
      expect(await (await get('/oauth2/jwks')).json()).toEqual(withoutTokens(served.jwks()));
    },
  );

  test('changes the metadata, and takes members away', async () => {
    served.publishMetadata({ issuer: 'https://other.example', jwks_uri: undefined });
    const document = (await (await get('/.well-known/openid-configuration')).json()) as object;
    expect(document).toMatchObject({ issuer: 'https://other.example' });
    expect(document).not.toHaveProperty('jwks_uri');
  });

  test('unknown paths are 404', async () => {
    expect((await get('/')).status).toBe(404);
  });
});
