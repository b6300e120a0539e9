import { TestIssuer } from '../../lib/testing/test-issuer.js';
import { Nginx } from '../../sample/05-behind-nginx/stage/nginx.js';
import { freePort } from '../support/free-port.js';
import { send, type HeaderFields } from './support/http.js';
import { SampleProcess, startApplication, template } from './support/sample-process.js';

const RESOLVE = '/_resolver/resolve';
const AUDIENCE = 'https://api.example';
const PROXY_SECRET = 'the-secret-of-the-proxy-and-the-application';

let issuer: TestIssuer;
let application: string;
let nginx: Nginx | undefined;
/** Where nginx listens. */
let site: string;

beforeAll(async () => {
  issuer = await TestIssuer.listen();
  ({ address: application } = await startApplication({
    ISSUER: issuer.issuer,
    AUDIENCE,
    PROXY_SECRET,
  }));
  const port = await freePort();
  nginx = await Nginx.start({
    template,
    port,
    application,
    issuer: issuer.issuer,
    secret: PROXY_SECRET,
  });
  site = `127.0.0.1:${port}`;
});
afterAll(async () => {
  await nginx?.stop();
  await SampleProcess.stopAll();
  await issuer?.close();
});
afterEach(() => issuer.recover());

const cookie = (value: string): HeaderFields => [['Cookie', value]];
const bearer = (token: string): HeaderFields => [['Authorization', `Bearer ${token}`]];
/** Status and code: what a refusal is. */
const outcome = async (target: string, fields: HeaderFields = [], address = site) => {
  const { status, body } = await send(address, target, fields);
  return body.code === undefined ? { status } : { status, code: body.code };
};
const asked = () => issuer.requestsTo(RESOLVE);

/** Everything that the proxy would say of a manager. */
const spoofed: HeaderFields = [
  ['X-Authgear-Session-Valid', 'true'],
  ['X-Authgear-Session-Amr', 'mfa'],
  ['X-Authgear-Session-Authenticated-At', '1700000000'],
  ['X-Authgear-User-Id', 'somebody-else'],
  ['X-Authgear-User-Anonymous', 'false'],
  ['X-Authgear-User-Verified', 'true'],
  ['X-Authgear-User-Can-Reauthenticate', 'true'],
  ['X-Authgear-User-Roles', 'store_manager'],
];

describe('a valid session', () => {
  test.each(['session', 'app_session', 'app_access_token'] as const)(
    'by the cookie %s',
    async (name) => {
      const session = issuer.openSession({ sub: `by-${name}` });
      const { status, body } = await send(
        site,
        'GET /api/me',
        cookie(`SESSION=other; theme=dark; my_session=1; ${name}=${session.cookies[name]}`),
      );
      expect({ status, ...body }).toMatchObject({
        status: 200,
        sub: `by-${name}`,
        via: 'proxy',
        issuer: issuer.issuer,
      });
    },
  );

  test('by an opaque token', async () => {
    const { opaqueToken } = issuer.openSession({ sub: 'by-token' });
    expect((await send(site, 'GET /api/me', bearer(opaqueToken))).body).toMatchObject({
      sub: 'by-token',
      via: 'proxy',
    });
  });

  test('by a JWT, of which the resolver tells', async () => {
    const token = issuer.accessToken({ sub: 'by-jwt', roles: ['store_manager'] });
    expect((await send(site, 'GET /api/me', bearer(token))).body).toMatchObject({
      sub: 'by-jwt',
      via: 'proxy',
      roles: ['store_manager'],
    });
  });

  test('comes with all that Authgear knows, roles included', async () => {
    const authTime = Math.floor(issuer.clock.seconds) - 100;
    const fields = {
      roles: ['store_manager', 'cashier'],
      amr: ['pwd', 'mfa'],
      authTime,
      isVerified: false,
      canReauthenticate: false,
    };
    const session = issuer.openSession({ sub: 'mia', isAnonymous: true, ...fields });
    expect((await send(site, 'GET /api/me', cookie(session.cookie))).body).toMatchObject({
      sub: 'mia',
      isAnonymous: true,
      ...fields,
    });
    expect(await outcome('GET /api/takings', cookie(session.cookie))).toEqual({ status: 200 });
  });
});

describe('a session that is not valid', () => {
  test('a bad session cookie: 401, and the browser is told to forget it', async () => {
    const { status, body, setCookie } = await send(
      site,
      'GET /api/menu',
      cookie('session=nonsense'),
    );
    expect({ status, code: body.code }).toEqual({ status: 401, code: 'session_invalid' });
    expect(setCookie).toEqual([
      expect.stringMatching(/^session=; Path=\/; Expires=Thu, 01 Jan 1970/),
    ]);
  });

  test('it is told to on a route that asks nobody, too', async () => {
    const { status, setCookie } = await send(
      site,
      'GET /api/opening-hours',
      cookie('session=nonsense'),
    );
    expect({ status, cookies: setCookie.length }).toEqual({ status: 200, cookies: 1 });
  });

  // Of these the resolver says nothing at all, as it does of nobody.
  test.each(['app_session', 'app_access_token'])(
    'a bad %s: 401, and not anonymous',
    async (name) => {
      const { status, body, setCookie } = await send(
        site,
        'GET /api/menu',
        cookie(`${name}=nonsense`),
      );
      expect({ status, code: body.code, setCookie }).toEqual({
        status: 401,
        code: 'session_invalid',
        setCookie: [],
      });
    },
  );

  test('a bad opaque token: 401', async () => {
    expect(await outcome('GET /api/menu', bearer(issuer.opaqueToken()))).toEqual({
      status: 401,
      code: 'session_invalid',
    });
  });

  test('a session that has ended: 401 at once', async () => {
    const session = issuer.openSession();
    expect(await outcome('GET /api/me', cookie(session.cookie))).toEqual({ status: 200 });
    issuer.endSession(session);
    expect(await outcome('GET /api/me', cookie(session.cookie))).toEqual({
      status: 401,
      code: 'session_invalid',
    });
  });

  test('a disabled user: 401 at once, by cookie', async () => {
    const { sub, cookie: value } = issuer.openSession({ sub: 'disabled-by-cookie' });
    expect(await outcome('GET /api/me', cookie(value))).toEqual({ status: 200 });
    issuer.disableUser(sub);
    expect(await outcome('GET /api/me', cookie(value))).toEqual({
      status: 401,
      code: 'session_invalid',
    });
  });

  test.each([
    ['the issuer', undefined],
    ['this API', AUDIENCE],
  ])('a disabled user: 401 at once, by a JWT for %s whose signature holds', async (_, audience) => {
    const token = issuer.accessToken({
      sub: 'disabled-by-jwt',
      ...(audience === undefined ? {} : { audience }),
    });
    issuer.disableUser('disabled-by-jwt', false);
    expect(await outcome('GET /api/me', bearer(token))).toEqual({ status: 200 });
    issuer.disableUser('disabled-by-jwt');
    expect(await outcome('GET /api/me', bearer(token))).toEqual({
      status: 401,
      code: 'session_invalid',
    });
  });

  test.each([
    ['opaque', () => issuer.opaqueToken(), 'session_invalid'],
    ['JWT', () => issuer.wrongToken('expired', { audience: AUDIENCE }), 'token_expired'],
  ])(
    'a bad %s token beside the cookie of another: 401, and not the other',
    async (_, token, code) => {
      const other = issuer.openSession({ sub: 'other' });
      const both = [...bearer(token()), ...cookie(other.cookie)];
      expect(await outcome('GET /api/me', both)).toEqual({ status: 401, code });
      expect(asked().at(-1)?.headers.cookie).toBeUndefined();
    },
  );

  test('an invalid and a valid cookie: the one that Authgear reads first decides', async () => {
    const other = issuer.openSession({ sub: 'other' });
    expect(await outcome('GET /api/me', cookie(`${other.cookie}; app_session=nonsense`))).toEqual({
      status: 401,
      code: 'session_invalid',
    });
  });

  test('a JWT whose session was revoked: 401, though its signature holds', async () => {
    const token = issuer.accessToken({ sub: 'revoked', audience: AUDIENCE });
    expect(await outcome('GET /api/me', bearer(token))).toEqual({ status: 200 });
    issuer.revoke(token);
    expect(await outcome('GET /api/me', bearer(token))).toEqual({
      status: 401,
      code: 'session_invalid',
    });
  });

  test('two session cookies with one name: 400, because a sibling domain may set one', async () => {
    const [one, other] = [issuer.openSession({ sub: 'one' }), issuer.openSession({ sub: 'other' })];
    expect(await outcome('GET /api/me', cookie(`${one.cookie}; ${other.cookie}`))).toEqual({
      status: 400,
      code: 'multiple_credentials',
    });
    expect(await outcome('GET /api/me', cookie(`${one.cookie}; ${one.cookie}`))).toEqual({
      status: 200,
    });
  });

  test('two Authorization headers: 400', async () => {
    const { opaqueToken } = issuer.openSession();
    expect(
      (await send(site, 'GET /api/me', [...bearer(opaqueToken), ...bearer(issuer.opaqueToken())]))
        .status,
    ).toBe(400);
  });
});

describe('nobody in particular', () => {
  test('is refused where a user is needed', async () => {
    expect(await outcome('GET /api/me')).toEqual({ status: 401, code: 'credentials_missing' });
    expect(await outcome('GET /api/me', cookie('theme=dark; session='))).toEqual({
      status: 401,
      code: 'credentials_missing',
    });
  });

  test('is let in where none is, with @OptionalAuth() and with @Public()', async () => {
    expect((await send(site, 'GET /api/menu')).body).toMatchObject({ for: 'everybody' });
    expect(await outcome('GET /api/opening-hours')).toEqual({ status: 200 });
  });
});

describe('headers of the client that only the proxy may set', () => {
  test.each<[string, HeaderFields]>([
    ['as it is', [['X-Authgear-User-Roles', 'store_manager']]],
    ['in lower case', [['x-authgear-user-roles', 'store_manager']]],
    ['in upper case', [['X-AUTHGEAR-USER-ROLES', 'store_manager']]],
    ['with underscores', [['X_Authgear_User_Roles', 'store_manager']]],
    [
      'twice',
      [
        ['X-Authgear-User-Roles', 'store_manager'],
        ['X-Authgear-User-Roles', 'store_manager'],
      ],
    ],
    [
      'twice, spelled in two ways',
      [
        ['X-Authgear-User-Roles', 'store_manager'],
        ['x-authgear-user-roles', 'store_manager'],
      ],
    ],
  ])('roles, %s: a user without roles stays without', async (_, fields) => {
    const guest = issuer.openSession({ sub: 'gus' });
    expect(await outcome('GET /api/takings', [...cookie(guest.cookie), ...fields])).toEqual({
      status: 403,
      code: 'role_missing',
    });
    expect(
      (await send(site, 'GET /api/me', [...fields, ...cookie(guest.cookie)])).body,
    ).toMatchObject({ sub: 'gus', roles: [] });
  });

  test('a whole session: a user stays who they are', async () => {
    const session = issuer.openSession({
      sub: 'gus',
      roles: ['cashier'],
      amr: [],
      isVerified: false,
    });
    expect(
      (await send(site, 'GET /api/me', [...spoofed, ...cookie(session.cookie)])).body,
    ).toMatchObject({
      sub: 'gus',
      roles: ['cashier'],
      amr: [],
      isVerified: false,
    });
  });

  test('a whole session: nobody stays nobody', async () => {
    expect(await outcome('GET /api/me', spoofed)).toEqual({
      status: 401,
      code: 'credentials_missing',
    });
    expect((await send(site, 'GET /api/menu', spoofed)).body).toMatchObject({ for: 'everybody' });
  });

  test('"true" alone, or a user id alone: nobody stays nobody', async () => {
    expect(await outcome('GET /api/me', [['X-Authgear-Session-Valid', 'true']])).toEqual({
      status: 401,
      code: 'credentials_missing',
    });
    expect(await outcome('GET /api/me', [['X-Authgear-User-Id', 'somebody-else']])).toEqual({
      status: 401,
      code: 'credentials_missing',
    });
  });

  test('a whole session beside a bad token: 401', async () => {
    expect(await outcome('GET /api/me', [...spoofed, ...bearer(issuer.opaqueToken())])).toEqual({
      status: 401,
      code: 'session_invalid',
    });
  });

  test.each(['a-guess-of-the-secret', PROXY_SECRET])(
    'a secret (%s) changes nothing',
    async (secret) => {
      const fields: HeaderFields = [
        ['X-Proxy-Secret', secret],
        ['x-proxy-secret', secret],
      ];
      expect(await outcome('GET /api/me', [...fields, ...spoofed])).toEqual({
        status: 401,
        code: 'credentials_missing',
      });
      const session = issuer.openSession({ sub: 'gus' });
      expect(
        (await send(site, 'GET /api/me', [...fields, ...cookie(session.cookie)])).body,
      ).toMatchObject({ sub: 'gus' });
    },
  );
});

describe('round the proxy', () => {
  test('headers are ignored, whatever they say, and that is told once', async () => {
    // One of its own, whose log begins here and is complete when it has ended.
    const { address, process } = await startApplication({
      ISSUER: issuer.issuer,
      AUDIENCE,
      PROXY_SECRET,
    });
    const guesses: HeaderFields[] = [
      [],
      [['X-Proxy-Secret', 'a-guess-of-the-secret']],
      [['X-Proxy-Secret', '']],
    ];
    for (const guess of guesses) {
      expect(await outcome('GET /api/me', [...guess, ...spoofed], address)).toEqual({
        status: 401,
        code: 'credentials_missing',
      });
    }
    expect((await send(address, 'GET /api/menu', spoofed)).body).toMatchObject({
      for: 'everybody',
    });
    const session = issuer.openSession();
    expect(await outcome('GET /api/me', [...spoofed, ...cookie(session.cookie)], address)).toEqual({
      status: 401,
      code: 'credentials_missing',
    });
    expect(await process.stop()).toBe(0);
    const told = process.stdout
      .split('\n')
      .filter((line) => line.includes('proxy_headers_untrusted'));
    // The first one, and how many more there were, when it ends.
    expect(told).toEqual([
      expect.stringContaining('A client bypasses the proxy'),
      expect.stringContaining('4 more since the last line'),
    ]);
    expect(process.stdout + process.stderr).not.toMatch(
      new RegExp(`somebody-else|${PROXY_SECRET}|${session.cookies.session}`),
    );
  });

  test('the way that the proxy uses is there', async () => {
    const fields: HeaderFields = [...spoofed, ['X-Proxy-Secret', PROXY_SECRET]];
    expect((await send(application, 'GET /api/me', fields)).body).toMatchObject({
      sub: 'somebody-else',
      via: 'proxy',
    });
  });
});

describe('what the resolver is asked', () => {
  test('one credential, and who the client is', async () => {
    const session = issuer.openSession();
    const fields: HeaderFields = [
      ...cookie(
        `theme=dark; ${session.cookie}; ` +
          `app_access_token=${session.cookies.app_access_token}; basket=3`,
      ),
      ['User-Agent', 'Browser/1.0'],
      ['X-Forwarded-For', '203.0.113.7'],
      ['X-Forwarded-Host', 'another-project.authgear.cloud'],
      ['Origin', `http://${site}`],
      ['Content-Type', 'text/plain'],
      ['X-Private', 'of the application'],
      ...spoofed,
    ];
    expect((await send(site, 'POST /api/orders?table=7', fields, 'coffee')).status).toBe(201);
    expect(asked().at(-1)).toEqual({
      method: 'GET',
      path: RESOLVE,
      headers: {
        host: new URL(issuer.issuer).host,
        cookie: `app_access_token=${session.cookies.app_access_token}`,
        'user-agent': 'Browser/1.0',
        'x-forwarded-for': '203.0.113.7, 127.0.0.1',
        connection: 'close',
      },
    });
  });

  test('the token alone, where there is one', async () => {
    const session = issuer.openSession();
    await send(site, 'GET /api/me', [...bearer(session.opaqueToken), ...cookie(session.cookie)]);
    expect(asked().at(-1)?.headers).toEqual({
      host: new URL(issuer.issuer).host,
      authorization: `Bearer ${session.opaqueToken}`,
      'x-forwarded-for': '127.0.0.1',
      connection: 'close',
    });
  });

  test('nobody but nginx asks by way of nginx', async () => {
    const before = asked().length;
    expect((await send(site, 'GET /_authgear/resolve', spoofed)).status).toBe(404);
    expect(asked()).toHaveLength(before);
  });
});

describe('a resolver that fails', () => {
  test.each(['reset', 'redirect', 500, 404, 403, 401] as const)(
    '(%s) is no logout',
    async (outage) => {
      const session = issuer.openSession();
      issuer.outage(outage, RESOLVE);
      const { status, body, headers } = await send(site, 'GET /api/me', cookie(session.cookie));
      expect({ status, code: body.code }).toEqual({ status: 503, code: 'session_unconfirmed' });
      expect(body).toMatchObject({ statusCode: 503, error: 'Service Unavailable' });
      expect(headers).toMatchObject({ 'retry-after': '1', 'cache-control': 'no-store' });
      expect(await outcome('GET /api/menu')).toEqual({ status: 503, code: 'session_unconfirmed' });
      // What asks nobody is not in need of it.
      expect(await outcome('GET /api/health')).toEqual({ status: 200 });
      issuer.recover();
      expect(await outcome('GET /api/me', cookie(session.cookie))).toEqual({ status: 200 });
    },
  );
});

describe('an order, by cookie', () => {
  const order = (...fields: HeaderFields) =>
    outcome('POST /api/orders', [...cookie(issuer.openSession().cookie), ...fields]);

  test('from a page of the same origin', async () => {
    expect(await order(['Origin', `http://${site}`])).toEqual({ status: 201 });
    expect(await order(['Sec-Fetch-Site', 'same-origin'])).toEqual({ status: 201 });
  });

  test.each<[string, HeaderFields]>([
    [
      'another site',
      [
        ['Origin', 'https://evil.example'],
        ['Sec-Fetch-Site', 'cross-site'],
      ],
    ],
    ['another site, in an old browser', [['Origin', 'https://evil.example']]],
    ['another port', [['Origin', 'http://127.0.0.1']]],
    ['nobody knows where', []],
  ])('from %s: 403', async (_, fields) => {
    expect(await order(...fields)).toEqual({ status: 403, code: 'cross_origin_request' });
  });

  test('a token may come from anywhere', async () => {
    const { opaqueToken } = issuer.openSession();
    expect(
      await outcome('POST /api/orders', [
        ...bearer(opaqueToken),
        ['Origin', 'https://elsewhere.example'],
      ]),
    ).toEqual({ status: 201 });
  });
});

describe('a machine, of which no resolver knows', () => {
  test('is let in by the signature of its token', async () => {
    const token = issuer.machineToken({ clientId: 'nightly', audience: AUDIENCE });
    const { status, body } = await send(site, 'GET /api/me', bearer(token));
    expect({ status, ...body }).toMatchObject({
      status: 200,
      sub: 'client_id_nightly',
      isMachine: true,
      via: 'jwt',
    });
  });

  test('with a token for another API: 401', async () => {
    expect(
      await outcome(
        'GET /api/me',
        bearer(issuer.machineToken({ audience: 'https://other.example' })),
      ),
    ).toMatchObject({ status: 401 });
  });

  test('is nobody else for the headers that it sends', async () => {
    const fields = [...bearer(issuer.machineToken({ audience: AUDIENCE })), ...spoofed];
    expect(await outcome('GET /api/takings', fields)).toMatchObject({ status: 403 });
  });
});
