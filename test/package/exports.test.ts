import { apps, outside } from './support/outside.js';
import { runNode } from './support/run.js';

/** Everything that exists at run time. A name more or less is a decision: it is made here too. */
const everywhere = {
  'nestjs-authgear': [
    'Amr',
    'AuthError',
    'AuthgearModule',
    'AuthgearUser',
    'Authorize',
    'CurrentOrganization',
    'CurrentUser',
    'Issuers',
    'JwksService',
    'JwtAuthGuard',
    'MaxAuthAge',
    'MaxStaleness',
    'NotAnonymous',
    'OptionalAuth',
    'OrganizationScopes',
    'Public',
    'Roles',
    'Scopes',
    'TokenService',
    'Verified',
    'authgear',
    'authpi',
    'oidc',
    'toHttpException',
  ],
  'nestjs-authgear/testing': ['TestClock', 'TestIssuer', 'wrongTokens'],
};

/** Where the optional peers are: `app12` has them, `app11` has none. */
const withOptionalPeers = { ...everywhere, 'nestjs-authgear/health': ['AuthgearHealthIndicator'] };

test.each(apps)('%s: the exact exports, the same things by require and by import', async (app) => {
  const expected = app === 'app12' ? withOptionalPeers : everywhere;
  const { code, stdout, output } = await runNode(outside(app, 'boot'), [
    'exports.mjs',
    ...Object.keys(expected),
  ]);
  expect({ code, output }).toMatchObject({ code: 0 });
  expect(JSON.parse(stdout)).toEqual(
    Object.fromEntries(
      Object.entries(expected).map(([entry, names]) => [
        entry,
        { required: names, imported: names, same: true },
      ]),
    ),
  );
});

test('no other file can be reached', async () => {
  const { code, output } = await runNode(outside('app12'), [
    '-e',
    "require('nestjs-authgear/dist/index.js')",
  ]);
  expect(code).not.toBe(0);
  expect(output).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED');
});
