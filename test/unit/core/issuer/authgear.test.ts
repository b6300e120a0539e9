import { authgearProfile } from '../../../../lib/core/issuer/authgear.js';
import { claimsWith, headerWith } from '../../../support/tokens.js';

const problem = (issuer: string) => authgearProfile.findIssuerProblem(new URL(issuer), issuer);

describe("Authgear's issuer is an origin", () => {
  test.each([
    'https://my-app.authgear.cloud',
    'https://auth.example.com:8443',
    'http://127.0.0.1:3000',
    'http://localhost',
  ])('%s', (issuer) => {
    expect(problem(issuer)).toBeUndefined();
  });

  test.each([
    ['https://my-app.authgear.cloud/', /trailing slash/],
    ['https://my-app.authgear.cloud/path', /path/],
    ['https://my-app.authgear.cloud/path/', /path/],
    ['https://my-app.authgear.cloud?a=1', /origin/],
    ['https://my-app.authgear.cloud?', /origin/],
    ['https://my-app.authgear.cloud#a', /origin/],
    ['https://my-app.authgear.cloud#', /origin/],
    ['https://user@my-app.authgear.cloud', /origin/],
    ['https://user:pass@my-app.authgear.cloud', /origin/],
    ['https://@my-app.authgear.cloud', /origin/],
    // No token ever carries one of these: they only look like the origin after a URL parser has
    // corrected them.
    [' https://my-app.authgear.cloud', /origin/],
    ['https://my-app.authgear.cloud ', /origin/],
    ['https://my-app.authgear.cloud\n', /origin/],
    ['https:my-app.authgear.cloud', /origin/],
    ['https:\\\\my-app.authgear.cloud', /origin/],
    ['HTTPS://my-app.authgear.cloud', /origin/],
    ['https://My-App.authgear.cloud', /origin/],
    ['https://my-app.authgear.cloud:443', /origin/],
  ])('%j is none', (issuer, words) => {
    expect(problem(issuer)).toMatch(words);
  });
});

describe('recognize', () => {
  const idClaims = claimsWith({
    client_id: undefined,
    jti: undefined,
    scope: undefined,
    sid: 'b2f1',
    aud: ['497d841ea22f33d3'],
  });
  test.each([
    ['an ID token', headerWith({ typ: 'JWT' }), idClaims, 'token_is_id_token'],
    ['an ID token, typ in another case', headerWith({ typ: 'jwt' }), idClaims, 'token_is_id_token'],
    ['an access token of a wrong type', headerWith({ typ: 'JWT' }), claimsWith(), undefined],
    ['an access token', headerWith(), claimsWith(), undefined],
    ['an ID token without a typ', headerWith({ typ: undefined }), idClaims, 'token_is_id_token'],
    ['an access token without a typ', headerWith({ typ: undefined }), claimsWith(), undefined],
    ['an odd type', headerWith({ typ: 1 }), idClaims, undefined],
  ])('%s', (_, header, claims, expected) => {
    expect(authgearProfile.recognize(header, claims)).toBe(expected);
  });
});

test('RS256 alone, and client_id and jti beside the five', () => {
  expect(authgearProfile.algorithms).toEqual(['RS256']);
  expect(new Set(authgearProfile.requiredClaims)).toEqual(new Set(['client_id', 'jti']));
});
