import { Controller, Get } from '@nestjs/common';
import { startTestApp, type TestApp } from '../support/app.js';
import { wrongTokens } from '../../lib/testing/wrong-tokens.js';

@Controller()
class RouteController {
  @Get() route() {
    return {};
  }
}

let t: TestApp;
beforeEach(async () => {
  t = await startTestApp({ controllers: [RouteController] });
});
afterEach(() => t.close());

const refusals = () => t.logger.lines.filter((line) => line.includes('Refused'));

test('a refusal is logged once per kind in 10 s, with code, reason, fix and a count', async () => {
  for (let count = 0; count < 5; count += 1) await t.get('/', t.issuer.wrongToken('expired'));
  await t.get('/', t.issuer.wrongToken('other audience'));
  expect(refusals()).toHaveLength(2);
  expect(refusals()[0]).toMatch(
    new RegExp(
      '^warn Refused token_expired \\(count 1\\): the token expired 180[01] s ago, ' +
        'route="RouteController\\.route"\\. Fix: Refresh the token',
    ),
  );
  expect(refusals()[1]).toMatch(/audience_mismatch .*"https:\/\/other-api\.example".* Fix: /);

  t.issuer.clock.advance('10s');
  await t.get('/', t.issuer.wrongToken('expired'));
  expect(refusals()).toHaveLength(3);
  expect(refusals()[2]).toContain('(count 5)');
});

test('an Authorization header of another scheme is logged without its value', async () => {
  for (const authorization of ['Basic c2VjcmV0', t.issuer.accessToken()]) {
    expect((await t.get('/', undefined, { authorization })).status).toBe(401);
    expect(t.logger.lines.join('\n')).not.toContain(authorization);
  }
  await t.get('/');
  expect(refusals().map((line) => /: (.*)\. Fix/.exec(line)?.[1])).toEqual([
    'the request has no credential: its Authorization header does not begin with "Bearer ", ' +
      'route="RouteController.route"',
    'the request has no credential, route="RouteController.route"',
  ]);
});

test('no log line and no answer ever holds a token, whatever was wrong with it', async () => {
  const tokens = [
    ...wrongTokens.map((kind) => t.issuer.wrongToken(kind)),
    t.issuer.opaqueToken(),
    t.issuer.refreshToken(),
    t.issuer.idToken(),
    t.issuer.accessToken({ header: { kid: 'line\nbreak' } }),
    'not-a-token-at-all',
  ];
  const answers: string[] = [];
  for (const token of tokens) {
    const response = await t.get('/', token);
    expect(response.status).toBe(401);
    answers.push(await response.text(), JSON.stringify([...response.headers]));
  }
  const told = [...t.logger.lines, ...answers].join('\n');
  for (const token of tokens) {
    for (const part of token.split('.').filter(({ length }) => length > 8))
      expect(told).not.toContain(part);
  }
  expect(told).not.toContain('test-user');
  expect(t.logger.lines.every((line) => !line.includes('\n'))).toBe(true);
});

test.each([
  [
    'an opaque Authgear token',
    () => t.issuer.opaqueToken(),
    'token_is_opaque',
    'Issue JWT as access token',
  ],
  [
    'a refresh token',
    () => t.issuer.refreshToken(),
    'token_is_refresh_token',
    'not the refresh_token',
  ],
  ['an ID token', () => t.issuer.idToken(), 'token_is_id_token', 'not the id_token'],
  [
    'an issuer with a slash',
    () => t.issuer.wrongToken('issuer with a slash'),
    'issuer_trailing_slash',
    'only by a trailing slash',
  ],
  [
    'an audience with a slash',
    () => t.issuer.wrongToken('audience with a slash'),
    'audience_trailing_slash',
    'only by a trailing slash',
  ],
  [
    'a clock that is behind',
    () => t.issuer.wrongToken('issued in the future'),
    'token_issued_in_future',
    'synchronize it (NTP)',
  ],
])('a known confusion has its own code and fix: %s', async (_, token, code, fix) => {
  expect((await t.get('/', token())).status).toBe(401);
  expect(refusals()).toHaveLength(1);
  expect(refusals()[0]).toContain(`Refused ${code} `);
  expect(refusals()[0]).toContain(fix);
});
