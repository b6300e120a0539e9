import { Controller, Get } from '@nestjs/common';
import { TestIssuer } from '../../lib/testing/test-issuer.js';
import type { AccessTokenFields } from '../../lib/testing/token-shape.js';
import { platforms, startTestApp, type TestApp } from '../support/app.js';

@Controller()
class RouteController {
  @Get() get() {
    return {};
  }
}

describe.each(platforms)('a forged token tells nothing of the options, on %s', (platform) => {
  let t: TestApp;
  /** They have other keys under the same id. */
  const attackers = { RS256: new TestIssuer(), ES256: new TestIssuer({ algorithm: 'ES256' }) };
  beforeAll(async () => {
    t = await startTestApp({
      platform,
      controllers: [RouteController],
      options: { clientId: 'client-a', requiredClaims: ['tenant'], clockTolerance: '1m' },
    });
    await t.get('/', t.issuer.accessToken());
  });
  afterAll(() => t.close());

  const forge = (fields: AccessTokenFields, aims: Record<string, unknown>): string => {
    const attacker = attackers[fields.algorithm === 'ES256' ? 'ES256' : 'RS256'];
    attacker.clock.set(t.issuer.clock.now());
    const { kid } = t.issuer.signingKey;
    return attacker.accessToken({
      clientId: 'client-a',
      ...fields,
      header: { kid, ...fields.header },
      claims: {
        tenant: 'a',
        iss: t.issuer.issuer,
        aud: t.issuer.issuer,
        ...fields.claims,
        ...aims,
      },
    });
  };
  const answerTo = async (token: string) => {
    const response = await t.get('/', token);
    return {
      status: response.status,
      challenge: response.headers.get('www-authenticate'),
      body: await response.json(),
    };
  };

  const defects: [string, AccessTokenFields][] = [
    ['none', {}],
    ['a client that is not allowed', { clientId: 'client-b' }],
    ['no client', { claims: { client_id: undefined } }],
    ['a claim that is missing', { claims: { tenant: undefined } }],
    ['no exp', { claims: { exp: undefined } }],
    ['another typ', { header: { typ: 'JWT' } }],
    ['the typ of a refresh token', { header: { typ: 'refresh+jwt' } }],
    ['no typ', { header: { typ: undefined } }],
    ['an algorithm that is not allowed', { algorithm: 'ES256' }],
    ['another key id', { header: { kid: 'unknown' } }],
    ['a role of a wrong type', { claims: { 'https://authgear.com/claims/user/roles': 1 } }],
  ];
  const aims: [string, Record<string, unknown>][] = [
    ['issuer', { iss: 'https://other.example' }],
    ['issuer but for a slash', { iss: 'SLASH' }],
    ['audience', { aud: 'https://other.example' }],
    ['issuer and audience', { iss: 'https://other.example', aud: 'https://other.example' }],
    ['issuer, which is missing', { iss: undefined }],
  ];

  test.each(defects)('defect: %s', async (_, fields) => {
    const expected = {
      status: 401,
      challenge: expect.stringContaining('error="invalid_token"') as unknown,
      body: {
        statusCode: 401,
        error: 'Unauthorized',
        message: 'The access token is not valid for this API.',
        code: 'token_invalid',
      },
    };
    expect(await answerTo(forge(fields, {}))).toEqual(expected);
    for (const [, aim] of aims) {
      const other = aim['iss'] === 'SLASH' ? { iss: `${t.issuer.issuer}/` } : aim;
      expect(await answerTo(forge(fields, other))).toEqual(expected);
    }
  });

  const same: [string, AccessTokenFields, string][] = [
    ['expired', { expiresIn: -3_600 }, 'token_expired'],
    ['expired within the tolerance', { expiresIn: -30 }, 'token_invalid'],
    ['from the future', { claims: { nbf: 9_999_999_999 } }, 'token_not_yet_valid'],
    ['bound to a key', { claims: { cnf: {} } }, 'token_sender_constrained'],
    ['with a list as sub', { claims: { sub: [] } }, 'claim_invalid'],
    ['with crit', { header: { crit: ['b64'] } }, 'crit_not_supported'],
    ['with HS256', { header: { alg: 'HS256' } }, 'algorithm_not_allowed'],
  ];
  test.each(same)('%s: the same answer for every issuer and audience', async (_, fields, code) => {
    const answer = await answerTo(forge(fields, {}));
    expect(answer.body).toMatchObject({ code });
    for (const [, aim] of aims.filter(([, { iss }]) => iss !== 'SLASH'))
      expect(await answerTo(forge(fields, aim))).toEqual(answer);
  });

  const genuine: [string, AccessTokenFields, string][] = [
    ['a client', { clientId: 'client-b' }, 'client_not_allowed'],
    ['a claim', { claims: { tenant: undefined } }, 'claim_missing'],
    ['exp', { claims: { exp: undefined } }, 'claim_missing'],
    ['typ', { header: { typ: 'JWT' } }, 'typ_not_allowed'],
  ];
  test.each(genuine)('what the issuer signed is told why, by %s', async (_, fields, code) => {
    const token = t.issuer.accessToken({
      clientId: 'client-a',
      ...fields,
      claims: { tenant: 'a', ...fields.claims },
    });
    expect((await answerTo(token)).body).toMatchObject({ code });
  });
});
