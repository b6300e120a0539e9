import { Controller, Get } from '@nestjs/common';
import { JwksService } from '../../lib/keys/jwks.service.js';
import { TokenService } from '../../lib/credentials/bearer/token.service.js';
import { Issuers } from '../../lib/routes/decorators/access.js';
import { MaxAuthAge } from '../../lib/routes/decorators/authentication.js';
import { OrganizationScopes } from '../../lib/routes/decorators/permissions.js';
import type { Organization } from '../../lib/core/user.js';
import { AuthgearUser } from '../../lib/core/user.js';
import { CurrentOrganization } from '../../lib/transports/current-organization.js';
import { CurrentUser } from '../../lib/transports/current-user.js';
import { authgear, authpi, oidc } from '../../lib/options/profiles.js';
import { TestClock } from '../../lib/testing/test-clock.js';
import { TestIssuer } from '../../lib/testing/test-issuer.js';
import { platforms, startTestApp, type TestApp } from '../support/app.js';

const PINNED = 'https://pinned.example';

@Controller()
class RoutesController {
  @Get('me') me(@CurrentUser() user: AuthgearUser) {
    return user;
  }
  @Issuers(PINNED) @Get('pinned') pinned() {
    return {};
  }
  @MaxAuthAge('5m') @Get('sensitive') sensitive() {
    return {};
  }
  @OrganizationScopes('billing:write', { from: 'params.orgId' })
  @Get('organizations/:orgId/billing')
  byParameter(@CurrentOrganization() organization: unknown) {
    return organization;
  }
  @OrganizationScopes('billing:write', { from: 'headers.X-Organization' })
  @Get('by-header')
  byHeader() {
    return {};
  }
  @OrganizationScopes('billing:write', { from: ({ query }) => (query as { org?: string }).org })
  @Get('by-function')
  byFunction() {
    return {};
  }
}

describe.each(platforms)('several issuers on %s', (platform) => {
  const clock = new TestClock();
  let people: TestIssuer;
  let machines: TestIssuer;
  let t: TestApp;

  beforeAll(async () => {
    people = await TestIssuer.listen({ clock });
    machines = await TestIssuer.listen({ clock, kind: 'authpi' });
    t = await startTestApp({
      platform,
      controllers: [RoutesController],
      configure: () => ({
        clock: clock.now,
        issuers: [
          authgear({ issuer: people.issuer, audience: people.issuer }),
          authpi({ issuer: machines.issuer, audience: ['c_test', 'https://api.example'] }),
        ],
      }),
    });
  });
  afterAll(async () => {
    await t.close();
    await Promise.all([people.close(), machines.close()]);
  });

  const bodyOf = async (response: Promise<Response>) =>
    (await response).json() as Promise<Record<string, unknown>>;

  test('each token is checked against its own issuer, and user.issuer names it', async () => {
    expect(await bodyOf(t.get('/me', people.accessToken({ sub: 'a' })))).toMatchObject({
      sub: 'a',
      issuer: people.issuer,
      isMachine: false,
    });
    expect(await bodyOf(t.get('/me', machines.accessToken({ sub: 'usr_b' })))).toMatchObject({
      sub: 'usr_b',
      issuer: machines.issuer,
      audience: ['c_test'],
      sessionId: 's_test',
      principalType: 'identity',
      organizations: [],
      isMachine: false,
    });
  });

  test.each(['ES256', 'EdDSA', 'RS256'] as const)('AuthPI signs with %s', async (algorithm) => {
    expect((await t.get('/me', machines.accessToken({ algorithm }))).status).toBe(200);
  });

  test('machines and agents of AuthPI', async () => {
    const machine = machines.machineToken({
      clientId: 'c_robot',
      audience: 'https://api.example',
      scope: 'jobs:run',
    });
    expect(await bodyOf(t.get('/me', machine))).toMatchObject({
      isMachine: true,
      scopes: ['jobs:run'],
      sub: 'c_robot',
      principalType: 'key',
    });
    const agent = machines.machineToken({ sub: 'agt_1' });
    expect(await bodyOf(t.get('/me', agent))).toMatchObject({
      isMachine: true,
      sub: 'agt_1',
      principalType: 'agent',
    });
  });

  test('the keys of two issuers never mix, even under one kid', async () => {
    const { kid } = people.signingKey;
    const forged = machines.accessToken({
      algorithm: 'RS256',
      header: { kid },
      claims: { iss: people.issuer, aud: people.issuer },
    });
    expect(await bodyOf(t.get('/me', forged))).toMatchObject({
      statusCode: 401,
      code: 'token_invalid',
    });
  });

  test("an algorithm of one issuer is not the other's", async () => {
    const token = machines.accessToken({
      algorithm: 'ES256',
      claims: { iss: people.issuer, aud: people.issuer },
    });
    expect(await bodyOf(t.get('/me', token))).toMatchObject({ code: 'token_invalid' });
    expect(t.logger.lines.join('\n')).toContain('Refused algorithm_not_allowed');
  });

  test('a stranger never causes a fetch', async () => {
    await t.get('/me', people.accessToken());
    await t.get('/me', machines.accessToken());
    const before = people.requests.total + machines.requests.total;
    expect(
      (await t.get('/me', people.wrongToken('other issuer', { header: { kid: 'unknown' } })))
        .status,
    ).toBe(401);
    expect(people.requests.total + machines.requests.total).toBe(before);
  });

  test('ID and refresh tokens of AuthPI have their own codes', async () => {
    expect(await bodyOf(t.get('/me', machines.idToken()))).toMatchObject({
      statusCode: 401,
      code: 'token_is_id_token',
    });
    expect(await bodyOf(t.get('/me', machines.refreshToken()))).toMatchObject({
      statusCode: 401,
      code: 'token_is_refresh_token',
    });
  });

  test("auth_time of AuthPI's access token never satisfies @MaxAuthAge", async () => {
    expect((await t.get('/sensitive', people.accessToken())).status).toBe(200);
    expect(await bodyOf(t.get('/sensitive', machines.accessToken()))).toMatchObject({
      statusCode: 401,
      code: 'authentication_time_missing',
    });
    expect(await bodyOf(t.get('/sensitive', machines.machineToken()))).toMatchObject({
      statusCode: 403,
    });
  });

  test('a pinned route', async () => {
    const response = await t.get('/pinned', people.accessToken());
    expect(response.headers.get('www-authenticate')).toBeNull();
    expect(await response.json()).toMatchObject({ statusCode: 403, code: 'issuer_not_accepted' });
  });

  describe('organizations', () => {
    const token = (organizations: readonly Partial<Organization>[]) =>
      machines.accessToken({ organizations });
    const member = () =>
      token([{ id: 'org_1', title: 'Founder', scopes: ['owner', 'billing:write'] }]);

    test('a member with the scope comes in, and the handler gets the membership', async () => {
      expect(await bodyOf(t.get('/organizations/org_1/billing', member()))).toEqual({
        id: 'org_1',
        title: 'Founder',
        scopes: ['owner', 'billing:write'],
        joinedAt: expect.any(Number),
      });
      expect((await t.get('/by-header', member(), { 'x-organization': 'org_1' })).status).toBe(200);
      expect((await t.get('/by-function?org=org_1', member())).status).toBe(200);
    });

    test.each([
      [
        'a scope in another organization',
        () => token([{ id: 'org_2', scopes: ['billing:write'] }]),
        'organization_not_member',
      ],
      [
        'a scope of the token',
        () => machines.accessToken({ scope: 'billing:write' }),
        'organization_not_member',
      ],
      [
        'another scope in this one',
        () =>
          token([
            { id: 'org_1', scopes: ['owner'] },
            { id: 'org_2', scopes: ['billing:write'] },
          ]),
        'organization_scope_missing',
      ],
      [
        'a membership of the future',
        () => token([{ id: 'org_1', scopes: ['billing:write'], joinedAt: clock.seconds + 60 }]),
        'organization_not_member',
      ],
      [
        'an issuer without organizations',
        () => people.accessToken({ scope: 'billing:write' }),
        'organization_not_member',
      ],
    ])('%s does not count', async (_, make, code) => {
      expect(await bodyOf(t.get('/organizations/org_1/billing', make()))).toMatchObject({
        statusCode: 403,
        code,
      });
    });

    test('a request that names none, or two, is refused', async () => {
      expect(await bodyOf(t.get('/by-header', member()))).toMatchObject({
        statusCode: 403,
        code: 'organization_not_named',
      });
      expect(await bodyOf(t.get('/by-function?org=org_1&org=org_1', member()))).toMatchObject({
        code: 'organization_not_named',
      });
    });

    test.each([
      { organizations: 'org_1' },
      { organizations: [{ id: 'org_1', scopes: 'billing:write' }] },
      { organizations: [null] },
      { dat: 'x' },
    ])('a claim of the wrong type is refused: %p', async (claims) => {
      expect(await bodyOf(t.get('/me', machines.accessToken({ claims })))).toMatchObject({
        statusCode: 401,
        code: 'claim_invalid',
      });
    });
  });

  test('status has an entry per issuer', () => {
    const statuses = t.app.get(JwksService).status();
    expect(
      statuses.map(({ issuer, state, kids }) => ({ issuer, state, keys: kids.length })),
    ).toEqual([
      { issuer: people.issuer, state: 'fresh', keys: 1 },
      { issuer: machines.issuer, state: 'fresh', keys: 6 },
    ]);
  });

  test('AuthPI: one forced refetch a minute, and ETag spares the body', async () => {
    await t.get('/me', machines.accessToken());
    const before = machines.requests.jwks;
    for (let count = 0; count < 5; count += 1)
      await t.get('/me', machines.wrongToken('unknown kid'));
    expect(machines.requests.jwks).toBe(before + 1);
    clock.advance('59s');
    await t.get('/me', machines.wrongToken('unknown kid'));
    expect(machines.requests.jwks).toBe(before + 1);
    clock.advance('1s');
    await t.get('/me', machines.wrongToken('unknown kid'));
    expect(machines.requests.jwks).toBe(before + 2);
    expect((await t.get('/me', machines.accessToken())).status).toBe(200);
  });
});

describe('issuers by look-up', () => {
  test('tenants are found, kept, and forgotten; strangers are refused, briefly', async () => {
    const clock = new TestClock();
    const [one, other] = await Promise.all([
      TestIssuer.listen({ clock }),
      TestIssuer.listen({ clock }),
    ]);
    const tenants = new Map(
      [one, other].map((issuer) => [
        issuer.issuer,
        { issuer: issuer.issuer, audience: issuer.issuer },
      ]),
    );
    const asked: string[] = [];
    const t = await startTestApp({
      configure: () => ({
        clock: clock.now,
        issuers: async (iss) => {
          asked.push(iss);
          return tenants.get(iss);
        },
      }),
    });
    const tokens = t.app.get(TokenService);
    const users = await Promise.all(
      Array.from({ length: 20 }, () => tokens.verifyAccessToken(one.accessToken())),
    );
    expect(users[0]?.issuer).toBe(one.issuer);
    await tokens.verifyAccessToken(other.accessToken());
    expect(asked).toEqual([one.issuer, other.issuer]);

    const stranger = one.wrongToken('other issuer');
    await expect(tokens.verifyAccessToken(stranger)).rejects.toMatchObject({
      code: 'issuer_mismatch',
    });
    await expect(tokens.verifyAccessToken(stranger)).rejects.toMatchObject({
      code: 'issuer_mismatch',
    });
    expect(asked).toHaveLength(3);
    clock.advance('30s');
    await expect(tokens.verifyAccessToken(one.wrongToken('other issuer'))).rejects.toMatchObject({
      code: 'issuer_mismatch',
    });
    expect(asked).toHaveLength(4);

    clock.advance('10m');
    const fetches = one.requests.metadata;
    await tokens.verifyAccessToken(one.accessToken()); // asked again, with the keys it had
    expect(asked).toHaveLength(5);
    expect(one.requests.metadata).toBe(fetches);

    tenants.delete(one.issuer);
    clock.advance('10m');
    await expect(tokens.verifyAccessToken(one.accessToken())).rejects.toMatchObject({
      code: 'issuer_mismatch',
    });
    await t.close();
    await Promise.all([one.close(), other.close()]);
  });

  test('an unsigned token causes no lookup', async () => {
    const issuer = new TestIssuer();
    let asked = 0;
    const t = await startTestApp({ configure: () => ({ issuers: () => void (asked += 1) }) });
    const tokens = t.app.get(TokenService);
    await expect(
      tokens.verifyAccessToken(issuer.wrongToken('hmac with the public key')),
    ).rejects.toMatchObject({ code: 'algorithm_not_allowed' });
    await expect(tokens.verifyAccessToken('garbage')).rejects.toMatchObject({
      code: 'token_malformed',
    });
    expect(asked).toBe(0);
    await t.close();
  });

  test('a failed lookup is 503; a known tenant stays trusted', async () => {
    const clock = new TestClock();
    const issuer = new TestIssuer({ clock });
    let failing = true;
    const t = await startTestApp({
      configure: () => ({
        clock: clock.now,
        issuers: () => {
          if (failing) throw new Error('the database is down');
          return { issuer: issuer.issuer, audience: issuer.issuer, jwks: issuer.jwks() };
        },
      }),
    });
    const tokens = t.app.get(TokenService);
    await expect(tokens.verifyAccessToken(issuer.accessToken())).rejects.toMatchObject({
      code: 'issuer_lookup_failed',
      kind: 'unavailable',
    });
    failing = false;
    clock.advance('1s');
    await tokens.verifyAccessToken(issuer.accessToken());
    failing = true;
    clock.advance('11m');
    await tokens.verifyAccessToken(issuer.accessToken());
    clock.advance('2h');
    await expect(tokens.verifyAccessToken(issuer.accessToken())).rejects.toMatchObject({
      code: 'issuer_lookup_failed',
    });
    await t.close();
  });
});

describe('lookups with unexpected results', () => {
  const setUp = async () => {
    const clock = new TestClock();
    const issuer = new TestIssuer({ clock });
    const good = { issuer: issuer.issuer, audience: issuer.issuer, jwks: issuer.jwks() };
    let answer: unknown = good;
    let asked = 0;
    const t = await startTestApp({
      configure: () => ({
        clock: clock.now,
        issuers: () => {
          asked += 1;
          if (answer instanceof Error) throw answer;
          return answer as typeof good;
        },
      }),
    });
    const verify = () => t.app.get(TokenService).verifyAccessToken(issuer.accessToken());
    return {
      t,
      clock,
      issuer,
      good,
      verify,
      asked: () => asked,
      answerWith: (next: unknown) => void (answer = next),
    };
  };

  test('null means unknown, like undefined, also for a known tenant', async () => {
    const { verify, clock, answerWith } = await setUp();
    await verify();
    answerWith(null);
    clock.advance('10m');
    await expect(verify()).rejects.toMatchObject({ code: 'issuer_mismatch' });
  });

  test('invalid options count as a result: a known tenant does not stay trusted', async () => {
    const { verify, clock, good, answerWith } = await setUp();
    await verify();
    answerWith({ ...good, audience: [] });
    clock.advance('10m');
    await expect(verify()).rejects.toMatchObject({ code: 'issuer_lookup_failed' });
  });

  test('a failure is cached for a second, and the clock may be set back', async () => {
    const { verify, clock, good, answerWith, asked } = await setUp();
    answerWith(new Error('down'));
    for (let count = 0; count < 5; count += 1)
      await expect(verify()).rejects.toMatchObject({ code: 'issuer_lookup_failed' });
    expect(asked()).toBe(1);
    clock.advance('1s');
    answerWith(good);
    await verify();
    clock.advance(-86_400);
    await verify();
    expect(asked()).toBe(3);
  });

  test('a token that is expired under any rules causes no lookup', async () => {
    const { t, issuer, asked } = await setUp();
    await expect(
      t.app.get(TokenService).verifyAccessToken(issuer.wrongToken('expired')),
    ).rejects.toMatchObject({ code: 'token_expired' });
    expect(asked()).toBe(0);
  });

  test('JwksService requires an issuer', async () => {
    const { t, verify, issuer } = await setUp();
    await verify();
    const jwks = t.app.get(JwksService);
    await expect(jwks.getKeySet()).rejects.toMatchObject({ code: 'issuer_mismatch' });
    expect(await jwks.getKeySet(issuer.issuer)).toEqual(issuer.jwks());
  });
});

describe('oidc(): options set the differences', () => {
  const issuer = new TestIssuer({ issuer: 'https://sso.example/realms/main' });
  const verify = async (options: Partial<Parameters<typeof oidc>[0]>, token: string) => {
    const t = await startTestApp({
      configure: () => ({
        ...oidc({ issuer: issuer.issuer, audience: 'my-api', jwks: issuer.jwks(), ...options }),
        clock: issuer.clock.now,
      }),
    });
    try {
      return await t.app.get(TokenService).verifyAccessToken(token);
    } finally {
      await t.close();
    }
  };
  const bare = {
    client_id: undefined,
    jti: undefined,
    scope: undefined,
    auth_time: undefined,
    amr: undefined,
    aud: 'my-api',
  };

  test('Keycloak', async () => {
    const token = issuer.accessToken({
      header: { typ: 'JWT' },
      claims: {
        ...bare,
        aud: ['my-api', 'account'],
        azp: 'web',
        scope: 'openid email',
        realm_access: { roles: ['manager'] },
      },
    });
    const user = await verify(
      { typ: 'JWT', rolesClaim: ['realm_access', 'roles'], clientIdClaim: 'azp', clientId: 'web' },
      token,
    );
    expect(user).toMatchObject({
      roles: ['manager'],
      clientId: 'web',
      scopes: ['openid', 'email'],
    });
    await expect(verify({}, token)).rejects.toMatchObject({ code: 'typ_not_allowed' });
  });

  test('Okta', async () => {
    const token = issuer.accessToken({
      header: { typ: undefined },
      claims: { ...bare, cid: '0oa1', scp: ['openid', 'reports'] },
    });
    const user = await verify({ typ: 'any', scopesClaim: 'scp', clientIdClaim: 'cid' }, token);
    expect(user).toMatchObject({ scopes: ['openid', 'reports'], clientId: '0oa1' });
  });

  test('Entra', async () => {
    const token = issuer.accessToken({
      header: { typ: 'JWT' },
      claims: { ...bare, azp: 'app', scp: 'a b', roles: ['Task.Read'] },
    });
    const user = await verify(
      { typ: 'JWT', scopesClaim: 'scp', rolesClaim: 'roles', clientIdClaim: 'azp' },
      token,
    );
    expect(user).toMatchObject({ scopes: ['a', 'b'], roles: ['Task.Read'] });
  });

  test('Cognito', async () => {
    const token = issuer.accessToken({
      header: { typ: undefined },
      claims: { ...bare, aud: undefined, client_id: 'my-api', 'cognito:groups': ['g'] },
    });
    const options = { typ: 'any', audienceClaim: 'client_id', rolesClaim: 'cognito:groups' };
    expect(await verify(options, token)).toMatchObject({
      audience: ['my-api'],
      roles: ['g'],
      clientId: 'my-api',
    });
    const elsewhere = issuer.accessToken({
      header: { typ: undefined },
      claims: { ...bare, aud: undefined, client_id: 'other' },
    });
    await expect(verify(options, elsewhere)).rejects.toMatchObject({ code: 'audience_mismatch' });
  });

  test('an ID token with a custom audience claim that is not a string is refused', async () => {
    const options = {
      typ: 'any' as const,
      audienceClaim: 'resource',
      idToken: { header: 'x-id-token' },
    };
    const t = await startTestApp({
      configure: (own) => ({
        clock: own.clock.now,
        issuers: [oidc({ issuer: own.issuer, audience: 'my-api', ...options })],
      }),
    });
    const [header, , signature] = t.issuer.idToken().split('.');
    const claims = {
      iss: t.issuer.issuer,
      sub: 'test-user',
      aud: 'test-client',
      iat: 1,
      exp: 9e9,
      auth_time: 1,
      resource: 5,
    };
    const forged = [
      header,
      Buffer.from(JSON.stringify(claims)).toString('base64url'),
      signature,
    ].join('.');
    const asked = t.app.get(TokenService).verifyIdToken(forged, { clientId: 'test-client' });
    await expect(asked).rejects.toMatchObject({
      code: 'id_token_invalid',
      reason: expect.stringContaining('"resource"'),
    });
    await t.close();
  });

  test('auth_time that is not trusted', async () => {
    const token = issuer.accessToken({ claims: { aud: 'my-api', auth_time: 1 } });
    expect((await verify({}, token)).authTime).toBe(1);
    expect((await verify({ trustAuthTime: false }, token)).authTime).toBeUndefined();
  });

  test('roles of the wrong type are refused', async () => {
    const token = issuer.accessToken({
      claims: { aud: 'my-api', realm_access: { roles: 'manager' } },
    });
    await expect(verify({ rolesClaim: ['realm_access', 'roles'] }, token)).rejects.toMatchObject({
      code: 'claim_invalid',
    });
  });
});

test.each([
  ['an empty list', { issuers: [] }, 'issuers'],
  [
    'audience beside issuers',
    { issuers: [authgear({ issuer: 'https://a.example', audience: 'a' })], audience: 'a' },
    'audience',
  ],
  [
    'clientId beside issuers',
    { issuers: [authgear({ issuer: 'https://a.example', audience: 'a' })], clientId: 'a' },
    'clientId',
  ],
  [
    'an entry without audience',
    { issuers: [{ issuer: 'https://a.example' }] },
    'issuers[0].audience',
  ],
  [
    'an issuer twice',
    { issuers: [1, 2].map(() => authgear({ issuer: 'https://a.example', audience: 'a' })) },
    'issuers',
  ],
  [
    'a misspelt option in an entry',
    { issuers: [{ issuer: 'https://a.example', audience: 'a', clientID: 'x' }] },
    'issuers[0].clientID',
  ],
  [
    'keys in an entry',
    { issuers: [{ issuer: 'https://a.example', audience: 'a', keys: {} }] },
    'issuers[0].keys',
  ],
  [
    'trustAuthTime as text',
    oidc({ issuer: 'https://a.example', audience: 'a', trustAuthTime: 'false' as never }),
    'trustAuthTime',
  ],
  [
    'rolesClaim without a name',
    oidc({ issuer: 'https://a.example', audience: 'a', rolesClaim: [] }),
    'rolesClaim',
  ],
  [
    'failFast beside a look-up',
    { issuers: (): undefined => undefined, failFast: true },
    'failFast',
  ],
  [
    'HS256 beside a look-up',
    { issuers: (): undefined => undefined, algorithms: ['HS256'] },
    'algorithms',
  ],
  [
    'a lifetime under the shortest',
    { issuer: 'https://a.example', audience: 'a', keys: { defaultAge: '20s' } },
    'keys.defaultAge and keys.minAge',
  ],
  ['AuthPI with a slash', authpi({ issuer: 'https://idp.authpi.com/x/', audience: 'a' }), 'issuer'],
])('a bad configuration does not start: %s', async (_, options, option) => {
  await expect(startTestApp({ configure: () => options as never })).rejects.toMatchObject({
    code: 'configuration_invalid',
    message: expect.stringContaining(`- ${option}: received`),
  });
});

test('options beside issuers are defaults, and the entry takes precedence', async () => {
  const issuer = new TestIssuer();
  const entry = { issuer: issuer.issuer, audience: issuer.issuer, jwks: issuer.jwks() };
  const verify = async (own: object) => {
    const t = await startTestApp({
      configure: () => ({
        clock: issuer.clock.now,
        typ: 'JWT',
        issuers: [authgear({ ...entry, ...own })],
      }),
    });
    try {
      return await t.app.get(TokenService).verifyAccessToken(issuer.accessToken());
    } finally {
      await t.close();
    }
  };
  await expect(verify({})).rejects.toMatchObject({ code: 'typ_not_allowed' });
  await expect(verify({ typ: undefined })).rejects.toMatchObject({ code: 'typ_not_allowed' });
  expect((await verify({ typ: 'at+jwt' })).sub).toBe('test-user');
});
