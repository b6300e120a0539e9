import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TestIssuer } from '../../lib/testing/test-issuer.js';
import { Nginx } from '../../sample/05-behind-nginx/stage/nginx.js';
import { freePort } from '../support/free-port.js';
import { send, type HeaderFields } from './support/http.js';
import { template } from './support/sample-process.js';

const PROXY_SECRET = 'the-secret-of-the-proxy-and-the-application';

/**
 * In the application's place stands somebody who only writes down what arrives: also what the
 * library would not look at.
 */
let received: (readonly [name: string, value: string])[] = [];
let recorder: Server | undefined;
let issuer: TestIssuer;
let nginx: Nginx | undefined;
let site: string;

beforeAll(async () => {
  issuer = await TestIssuer.listen();
  recorder = createServer((request, response) => {
    const { rawHeaders } = request;
    request.resume();
    received = rawHeaders.flatMap((name, index) =>
      index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ''] as const] : [],
    );
    response.setHeader('Set-Cookie', 'basket=3').end();
  }).listen(0, '127.0.0.1');
  await once(recorder, 'listening');
  const application = `127.0.0.1:${(recorder.address() as AddressInfo).port}`;
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
  recorder?.close();
  await issuer?.close();
});
beforeEach(() => (received = []));

/** Members of the family in any spelling, and the secret, as they arrived. */
const family = () =>
  received
    .filter(([name]) => /^x.?(?:authgear|proxy)/i.test(name))
    .map(([name, value]) => `${name}: ${value}`);
const proof = `X-Proxy-Secret: ${PROXY_SECRET}`;
const intruders: HeaderFields = [
  ['X-Authgear-Session-Valid', 'true'],
  ['x-authgear-session-valid', 'true'],
  ['X_Authgear_User_Roles', 'store_manager'],
  ['x-authgear-user_roles', 'store_manager'],
  ['X-AUTHGEAR-USER-ROLES', 'store_manager'],
  ['X-Authgear-User-Roles', 'store_manager'],
  ['X-Authgear-User-Id', 'somebody-else'],
  ['X-Authgear-Something-New', 'yes'],
  ['x-authgear-', 'yes'],
  ['X-Proxy-Secret', 'a-guess'],
  ['x-proxy-secret', PROXY_SECRET],
  ['X_Proxy_Secret', PROXY_SECRET],
];

test('all that Authgear says arrives, once, and with proof', async () => {
  const authTime = Math.floor(issuer.clock.seconds) - 100;
  const { cookie } = issuer.openSession({
    sub: 'mia',
    roles: ['store_manager', 'cashier'],
    amr: ['pwd', 'mfa'],
    authTime,
    isVerified: false,
  });
  await send(site, 'GET /api/me', [['Cookie', cookie], ...intruders]);
  expect(family().toSorted()).toEqual([
    'X-Authgear-Session-Amr: pwd mfa',
    `X-Authgear-Session-Authenticated-At: ${authTime}`,
    'X-Authgear-Session-Valid: true',
    'X-Authgear-User-Anonymous: false',
    'X-Authgear-User-Can-Reauthenticate: true',
    'X-Authgear-User-Id: mia',
    'X-Authgear-User-Roles: store_manager,cashier',
    'X-Authgear-User-Verified: false',
    proof,
  ]);
});

test('what Authgear does not say does not arrive', async () => {
  const { cookie } = issuer.openSession({ sub: 'gus', amr: [], authTime: null });
  await send(site, 'GET /api/me', [['Cookie', cookie], ...intruders]);
  expect(family().toSorted()).toEqual([
    'X-Authgear-Session-Valid: true',
    'X-Authgear-User-Anonymous: false',
    'X-Authgear-User-Can-Reauthenticate: true',
    'X-Authgear-User-Id: gus',
    'X-Authgear-User-Verified: true',
    proof,
  ]);
});

test.each<[string, HeaderFields, string[]]>([
  ['nobody in particular', [], [proof]],
  ['a bad token', [['Authorization', `Bearer ${'a'.repeat(32)}`]], [proof]],
  [
    'a bad session cookie',
    [['Cookie', 'session=nonsense']],
    ['X-Authgear-Session-Valid: false', proof],
  ],
])(
  'of %s arrives what Authgear says, and nothing of the client',
  async (_, credential, arrives) => {
    await send(site, 'GET /api/me', [...credential, ...intruders]);
    expect(family().toSorted()).toEqual(arrives);
  },
);

test('where nobody is asked, nothing arrives, and no proof', async () => {
  await send(site, 'GET /api/health', intruders);
  expect(received.length).toBeGreaterThan(0);
  expect(family()).toEqual([]);
});

test('the rest arrives as it was sent', async () => {
  const { opaqueToken, cookie } = issuer.openSession();
  const fields: HeaderFields = [
    ['Authorization', `Bearer ${opaqueToken}`],
    ['Cookie', cookie],
    ['Origin', `http://${site}`],
    ['X-Forwarded-For', '203.0.113.7'],
  ];
  // Longer than what nginx keeps in memory.
  expect((await send(site, 'POST /api/orders', fields, 'x'.repeat(100_000))).status).toBe(200);
  expect(received).toEqual(
    expect.arrayContaining([
      ['Host', site],
      ['Authorization', `Bearer ${opaqueToken}`],
      ['Cookie', cookie],
      ['Origin', `http://${site}`],
      ['Content-Length', '100000'],
      ['X-Forwarded-For', '203.0.113.7, 127.0.0.1'],
      ['X-Forwarded-Proto', 'http'],
    ]),
  );
});

test('cookies of Authgear and of the application reach the browser', async () => {
  const { setCookie } = await send(site, 'GET /api/me', [['Cookie', 'session=nonsense']]);
  expect(setCookie).toEqual(
    expect.arrayContaining(['basket=3', expect.stringMatching(/^session=; Path=\/; Expires=/)]),
  );
});
