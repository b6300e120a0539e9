import { createHmac } from 'node:crypto';
import { readSession, type SessionAnswer } from '../../../lib/core/session/session.js';
import { readWebhookEvent } from '../../../lib/core/revocation/webhook-event.js';
import { checkWebhookSignature } from '../../../lib/core/revocation/webhook-signature.js';
import { TestClock } from '../../../lib/testing/test-clock.js';
import { TestIssuer } from '../../../lib/testing/test-issuer.js';

const NOW = 1_767_225_600;
const clock = new TestClock(NOW * 1000 + 500);
let issuer: TestIssuer;
beforeEach(async () => {
  issuer = await TestIssuer.listen({ algorithm: 'ES256', clock });
});
afterEach(() => issuer.close());

const call = (path: string, headers: Record<string, string>, method = 'GET') =>
  fetch(issuer.issuer + path, { method, headers, redirect: 'manual' });
const resolve = (headers: Record<string, string>, method?: string) =>
  call('/_resolver/resolve', headers, method);
const answerTo = async (headers: Record<string, string>): Promise<SessionAnswer> => {
  const response = await resolve(headers);
  expect(response.status).toBe(200);
  return readSession((name) => response.headers.get(name) ?? undefined);
};
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const ours = ({ headers }: Response) =>
  Object.fromEntries([...headers].filter(([name]) => /^x-authgear-|^set-cookie$/.test(name)));

describe('the resolver', () => {
  test.each(['GET', 'HEAD'])(
    'tells of a session in the headers of the wire facts, by %s',
    async (method) => {
      const { cookie } = issuer.openSession({
        sub: 'user-1',
        roles: ['a', 'b'],
        amr: ['pwd', 'mfa'],
        isVerified: false,
        authTime: NOW - 70,
      });
      const response = await resolve({ cookie }, method);
      expect(response.status).toBe(200);
      expect(await response.text()).toBe('');
      expect(ours(response)).toEqual({
        'x-authgear-session-valid': 'true',
        'x-authgear-user-id': 'user-1',
        'x-authgear-user-anonymous': 'false',
        'x-authgear-user-verified': 'false',
        'x-authgear-user-can-reauthenticate': 'true',
        'x-authgear-user-roles': 'a,b',
        'x-authgear-session-amr': 'pwd mfa',
        'x-authgear-session-authenticated-at': String(NOW - 70),
      });
    },
  );

  test('roles are absent without any, amr is empty, and the time can be left away', async () => {
    const response = await resolve({
      cookie: issuer.openSession({ roles: [], amr: [], authTime: null }).cookie,
    });
    expect(response.headers.has('x-authgear-user-roles')).toBe(false);
    expect(response.headers.get('x-authgear-session-amr')).toBe('');
    expect(response.headers.has('x-authgear-session-authenticated-at')).toBe(false);
  });

  test.each([
    ['no credential', () => ({}), {}],
    ['a bad bearer token', () => bearer('nonsense'), {}],
    ['an unknown opaque token', () => bearer(issuer.opaqueToken()), {}],
    ['an expired token', () => bearer(issuer.accessToken({ expiresIn: -1 })), {}],
    ['a token of another key', () => bearer(issuer.wrongToken('foreign key')), {}],
    ['a machine’s token', () => bearer(issuer.machineToken()), {}],
    ['an ID token', () => bearer(issuer.idToken()), {}],
    ['a bad app cookie', () => ({ cookie: 'app_session=bad; app_access_token=bad' }), {}],
    ['another scheme', () => ({ authorization: 'Basic dXNlcjpwYXNz' }), {}],
  ])('%s: not a word', async (_, headers) => {
    expect(ours(await resolve(headers()))).toEqual({});
  });

  test('a bad session cookie is false, and cleared', async () => {
    expect(ours(await resolve({ cookie: 'session=bad' }))).toEqual({
      'x-authgear-session-valid': 'false',
      'set-cookie': expect.stringMatching(/^session=; .*Expires=Thu, 01 Jan 1970/),
    });
  });

  test('a disabled user is false, and enabled again is a user', async () => {
    const session = issuer.openSession({ sub: 'user-1' });
    const token = issuer.accessToken({ sub: 'user-1' });
    issuer.disableUser('user-1');
    for (const headers of [{ cookie: session.cookie }, bearer(session.opaqueToken), bearer(token)])
      expect(ours(await resolve(headers))).toEqual({ 'x-authgear-session-valid': 'false' });
    expect(await answerTo({ cookie: issuer.openSession({ sub: 'user-2' }).cookie })).toMatchObject({
      userId: 'user-2',
    });
    issuer.disableUser('user-1', false);
    expect(await answerTo(bearer(token))).toMatchObject({ userId: 'user-1' });
  });

  test('each credential resolves to the session until it ends', async () => {
    const session = issuer.openSession({ sub: 'user-1' });
    const { cookies, opaqueToken } = session;
    const all = [
      ...Object.entries(cookies).map(([name, value]) => ({ cookie: `${name}=${value}` })),
      bearer(opaqueToken),
    ];
    for (const headers of all) expect(await answerTo(headers)).toMatchObject({ userId: 'user-1' });
    // A value counts under its own name only.
    expect(await answerTo({ cookie: `app_session=${cookies.session}` })).toBe('none');
    issuer.endSession(session);
    expect(await Promise.all(all.map(answerTo))).toEqual(
      expect.not.arrayContaining([expect.objectContaining({ userId: 'user-1' })]),
    );
  });

  test('the first valid credential wins: after a bad bearer token, the cookie', async () => {
    const [one, other] = [
      issuer.openSession({ sub: 'user-1' }),
      issuer.openSession({ sub: 'user-2' }),
    ];
    expect(await answerTo({ ...bearer('bad'), cookie: one.cookie })).toMatchObject({
      userId: 'user-1',
    });
    expect(await answerTo({ ...bearer(other.opaqueToken), cookie: one.cookie })).toMatchObject({
      userId: 'user-2',
    });
    expect(await answerTo({ cookie: `app_session=bad; ${one.cookie}` })).toMatchObject({
      userId: 'user-1',
    });
    expect(
      await answerTo({
        cookie: `${one.cookie}; app_access_token=${other.cookies.app_access_token}`,
      }),
    ).toMatchObject({ userId: 'user-2' });
    expect(
      await answerTo({ cookie: `session=bad; app_session=${other.cookies.app_session}` }),
    ).toMatchObject({ userId: 'user-2' });
  });

  test('a token that was revoked is none; its signature holds', async () => {
    const token = issuer.accessToken({ sub: 'user-1', roles: ['a'] });
    expect(await answerTo(bearer(token))).toMatchObject({ userId: 'user-1', roles: ['a'] });
    issuer.revoke(token);
    expect(await answerTo(bearer(token))).toBe('none');
    expect(await answerTo(bearer(issuer.accessToken({ sub: 'user-1' })))).toMatchObject({
      userId: 'user-1',
    });
  });

  test('with a prefix the bare names are nothing', async () => {
    issuer.cookiePrefix = 'pre_';
    const { cookie, cookies } = issuer.openSession({ sub: 'user-1' });
    expect(cookie).toBe(`pre_session=${cookies.session}`);
    expect(await answerTo({ cookie })).toMatchObject({ userId: 'user-1' });
    expect(await answerTo({ cookie: `session=${cookies.session}` })).toBe('none');
    expect(ours(await resolve({ cookie: 'pre_session=bad' }))['set-cookie']).toMatch(
      /^pre_session=;/,
    );
  });

  test('what was asked can be looked at, and it fails alone', async () => {
    await resolve({ cookie: 'session=a', 'user-agent': 'Browser/1.0' }, 'HEAD');
    expect(issuer.requestsTo('/_resolver/resolve')).toEqual([
      expect.objectContaining({
        method: 'HEAD',
        headers: expect.objectContaining({ cookie: 'session=a', 'user-agent': 'Browser/1.0' }),
      }),
    ]);
    issuer.outage(503, '/_resolver/resolve');
    expect((await resolve({})).status).toBe(503);
    expect((await call('/oauth2/jwks', {})).status).toBe(200);
    issuer.recover();
    expect((await resolve({})).status).toBe(200);
  });
});

describe('the userinfo endpoint', () => {
  const userinfo = (headers: Record<string, string>) => call('/oauth2/userinfo', headers);

  test('reports the user of a token, JWT or opaque', async () => {
    for (const token of [
      issuer.accessToken({ sub: 'user-1' }),
      issuer.openSession({ sub: 'user-1' }).opaqueToken,
    ]) {
      const response = await userinfo(bearer(token));
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ sub: 'user-1' });
    }
  });

  test.each([
    ['nothing', () => ({})],
    ['a cookie', () => ({ cookie: issuer.openSession().cookie })],
    ['a bad token', () => bearer('bad')],
    ['an expired token', () => bearer(issuer.accessToken({ expiresIn: -1 }))],
    ['a machine’s token', () => bearer(issuer.machineToken())],
    [
      'a token that was revoked',
      () => {
        const token = issuer.accessToken();
        issuer.revoke(token);
        return bearer(token);
      },
    ],
    [
      'a disabled user',
      () => {
        issuer.disableUser('user-1');
        return bearer(issuer.accessToken({ sub: 'user-1' }));
      },
    ],
  ])('401 for %s', async (_, headers) => {
    const response = await userinfo(headers());
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer error="invalid_grant"');
  });
});

test("AuthPI's has neither", async () => {
  const authpi = await TestIssuer.listen({ kind: 'authpi', algorithm: 'ES256', clock });
  const statuses = await Promise.all(
    ['/_resolver/resolve', '/oauth2/userinfo'].map(
      async (path) => (await fetch(new URL(path, authpi.issuer))).status,
    ),
  );
  await authpi.close();
  expect(statuses).toEqual([404, 404]);
});

describe('webhooks', () => {
  test('have the body of the wire facts, to the member', () => {
    const { body, headers } = issuer.webhook('user.disabled', 'user-1');
    expect(JSON.parse(body)).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{16}$/),
      seq: 435,
      type: 'user.disabled',
      payload: {
        user: {
          id: 'user-1',
          is_disabled: true,
          is_deactivated: false,
          is_anonymized: false,
          roles: [],
          groups: [],
        },
      },
      context: {
        timestamp: NOW,
        user_id: 'user-1',
        triggered_by: 'admin_api',
        app_id: 'my-project',
        audit_context: {},
      },
    });
    expect(JSON.parse(body)).toMatchObject({ id: '00000000000001b3' });
    expect(headers['content-type']).toBe('application/json');
  });

  test('are signed over what is sent, by the secret', () => {
    expect(issuer.webhooks.secret).toMatch(/^[A-Za-z0-9]{32}$/);
    for (const { body, headers } of [
      issuer.webhook('user.deleted', 'ü'),
      issuer.webhooks.sign('anything'),
      issuer.webhooks.sign(''),
    ]) {
      const signature = headers['x-authgear-body-signature'];
      expect(signature).toBe(
        createHmac('sha256', issuer.webhooks.secret).update(body, 'utf8').digest('hex'),
      );
      expect(() =>
        checkWebhookSignature(Buffer.from(body), signature, Buffer.from(issuer.webhooks.secret)),
      ).not.toThrow();
    }
  });

  test('each has a new id, unless the test sets it', () => {
    const [one, other] = [
      issuer.webhook('user.disabled', 'user-1'),
      issuer.webhook('user.disabled', 'user-1'),
    ].map(({ body }) => JSON.parse(body));
    expect(other.id).not.toBe(one.id);
    expect(other.seq).toBe(one.seq + 1);
    const fields = { id: 'a', seq: 7, timestamp: 5 };
    expect(issuer.webhook('user.disabled', 'user-1', fields)).toEqual(
      issuer.webhook('user.disabled', 'user-1', fields),
    );
  });

  test('whether the user is disabled is so', () => {
    const isDisabled = (type: string, fields = {}) =>
      JSON.parse(issuer.webhook(type, 'user-1', fields).body).payload.user.is_disabled as unknown;
    expect(isDisabled('user.disabled')).toBe(true);
    expect(isDisabled('user.disabled', { user: { is_disabled: false } })).toBe(false);
    expect(isDisabled('user.reenabled')).toBe(false);
    issuer.disableUser('user-1');
    expect(isDisabled('user.deletion_unscheduled')).toBe(true);
  });

  test('are read by the library', () => {
    const { body } = issuer.webhook('user.disabled', 'user-1');
    expect(readWebhookEvent(body, NOW).revocation).toMatchObject({
      userId: 'user-1',
      record: { notBefore: NOW },
    });
  });
});
