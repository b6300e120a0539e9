import type { AuthgearModuleOptions } from '../../../lib/options/options.js';
import { authgear, authpi, oidc } from '../../../lib/options/profiles.js';
import { resolveOptions } from '../../../lib/options/resolve.js';
import { refusalOf } from '../../support/refusals.js';

const a = { issuer: 'https://my-app.authgear.cloud', audience: 'https://my-app.authgear.cloud' };
const b = { issuer: 'https://idp.authpi.com/tenant', audience: 'https://api.example' };
const c = { issuer: 'https://login.example/', audience: 'https://api.example' };

const resolve = (options: object) => resolveOptions(options as AuthgearModuleOptions);
const linesOf = (options: object) =>
  refusalOf(() => resolve(options))
    .message.split('\n')
    .filter((line) => line.startsWith('- '));

function rulesOf(options: object) {
  const { issuers } = resolve(options);
  if (typeof issuers === 'function') throw new Error('expected a list');
  return issuers.map(({ issuer }) => issuer);
}

test('each profile brings its own defaults', () => {
  const rules = rulesOf({ issuers: [authgear(a), authpi(b), oidc(c)] });
  expect(
    rules.map(({ issuer, algorithms, requiredClaims }) => [
      issuer,
      new Set(algorithms),
      new Set(requiredClaims),
    ]),
  ).toEqual([
    [
      a.issuer,
      new Set(['RS256']),
      new Set(['iss', 'aud', 'exp', 'iat', 'sub', 'client_id', 'jti']),
    ],
    [
      b.issuer,
      new Set(['ES256', 'EdDSA', 'RS256']),
      new Set(['iss', 'aud', 'exp', 'iat', 'sub', 'client_id', 'jti']),
    ],
    [c.issuer, new Set(['ES256', 'EdDSA', 'RS256']), new Set(['iss', 'aud', 'exp', 'iat', 'sub'])],
  ]);
});

test("options at the top are defaults, and an entry's own value wins", () => {
  const rules = rulesOf({
    clockTolerance: 30,
    typ: 'JWT',
    issuers: [authgear(a), authpi({ ...b, clockTolerance: 0, typ: 'at+jwt' })],
  });
  expect(rules.map(({ clockTolerance, typ }) => ({ clockTolerance, typ }))).toEqual([
    { clockTolerance: 30, typ: ['jwt'] },
    { clockTolerance: 0, typ: ['at+jwt'] },
  ]);
});

test.each([
  ['issuer', { issuer: a.issuer }],
  ['audience', { audience: a.audience }],
  ['clientId', { clientId: 'c' }],
])('%s at the top beside issuers is refused', (option, top) => {
  const lines = linesOf({ ...top, issuers: [authgear(a)] });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(`- ${option}:`);
});

test.each([
  ['no entry', []],
  ['null', null],
  ['an object', {}],
  ['text', 'https://my-app.authgear.cloud'],
  ['an entry that is no object', ['https://my-app.authgear.cloud']],
  ['an entry null', [null]],
  ['one issuer twice', [authgear(a), authgear(a)]],
])('%s is refused', (_, issuers) => {
  expect(linesOf({ issuers }).length).toBeGreaterThan(0);
});

test('every problem of every entry is reported with its entry', () => {
  const lines = linesOf({
    issuers: [authgear({ ...a, audience: [] }), authpi({ ...b, issuer: `${b.issuer}/` })],
  });
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/issuers\[0\]\.audience/);
  expect(lines[1]).toMatch(/issuers\[1\]\.issuer/);
});

test.each([
  'keys',
  'tokenCache',
  'failFast',
  'fetch',
  'clock',
  'logger',
  'globalGuard',
  'issuers',
  'clientID',
])('%s does not stand per issuer', (name) => {
  expect(linesOf({ issuers: [{ ...authgear(a), [name]: undefined }] })[0]).toContain(
    `issuers[0].${name}`,
  );
});

describe('the name of an issuer', () => {
  const problemsOf = (entry: object) => {
    try {
      resolve({ issuers: [entry] });
      return 0;
    } catch {
      return linesOf({ issuers: [entry] }).length;
    }
  };

  test.each([
    ['https://idp.authpi.com/tenant', 0],
    ['https://login.example', 0],
    ['https://idp.authpi.com/tenant/', 1],
    ['https://login.example/', 1],
    ['https://idp.authpi.com/tenant?a', 1],
    ['https://idp.authpi.com/tenant#a', 1],
    ['https://user@idp.authpi.com/tenant', 1],
    [' https://idp.authpi.com/tenant', 1],
    ['https:idp.authpi.com/tenant', 1],
  ])('AuthPI: %j has %p problems', (issuer, count) => {
    expect(problemsOf(authpi({ ...b, issuer }))).toBe(count);
  });

  test.each([
    ['https://login.example', 0],
    ['https://login.example/', 0],
    ['https://login.example/realms/a', 0],
    ['https://login.example/realms/a/', 0],
    ['https://login.example?a', 1],
    ['https://login.example?', 1],
    ['https://login.example#a', 1],
    ['https://user:pass@login.example', 1],
    ['http://login.example', 1],
    [' https://login.example', 1],
    ['https:login.example', 1],
  ])('OpenID Connect: %j has %p problems', (issuer, count) => {
    expect(problemsOf(oidc({ ...c, issuer }))).toBe(count);
  });
});
