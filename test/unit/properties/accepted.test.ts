import * as fc from 'fast-check';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { algorithms, type Algorithm } from '../../../lib/core/crypto/algorithms.js';
import { goodClaims } from '../../support/arbitraries.js';
import { propertyRuns } from '../../support/property-runs.js';
import { ISSUER, NOW, trustedIssuer } from '../../support/tokens.js';
import { countingVerifier, type CountingVerifier } from '../../support/verifier.js';

const USER = 'https://authgear.com/claims/user';
let privateKeys: Map<Algorithm, CryptoKey>;
let t: CountingVerifier;

beforeAll(async () => {
  const made = await Promise.all(
    algorithms.map(async (alg) => {
      const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
      return {
        alg,
        privateKey,
        jwk: { ...(await exportJWK(publicKey)), kid: `key ${alg} é`, use: 'sig', alg },
      };
    }),
  );
  privateKeys = new Map(made.map(({ alg, privateKey }) => [alg, privateKey]));
  t = await countingVerifier(
    [trustedIssuer({ algorithms })],
    { [ISSUER]: { keys: made.map(({ jwk }) => jwk) } },
    () => NOW * 1000,
  );
});

function sign(
  claims: Record<string, unknown>,
  alg: Algorithm,
  header: Record<string, unknown>,
): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg, kid: `key ${alg} é`, typ: 'at+jwt', ...header })
    .sign(privateKeys.get(alg) as CryptoKey);
}

/** What JSON makes of it, `-0` and the like included. */
const asJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

test.each(algorithms)(
  'whatever jose signs within the rules with %s is accepted, and the user is what the claims say',
  async (alg) => {
    const typ = fc.constantFrom('at+jwt', 'AT+JWT', 'application/at+jwt');
    const withKid = fc.boolean();
    await fc.assert(
      fc.asyncProperty(goodClaims, typ, withKid, async (given, type, kid) => {
        const claims = asJson(given);
        const token = await sign(claims, alg, { typ: type, ...(kid ? {} : { kid: undefined }) });
        fc.pre(token.length <= 16_384);
        const user = await t.verify(token);
        expect(user.claims).toEqual(claims);
        expect(user).toMatchObject({
          sub: claims['sub'],
          issuer: ISSUER,
          clientId: claims['client_id'],
          audience: [claims['aud']].flat(),
          scopes: ((claims['scope'] as string | undefined) ?? '')
            .split(' ')
            .filter((scope) => scope !== ''),
          roles: claims[`${USER}/roles`] ?? [],
          isAnonymous: claims[`${USER}/is_anonymous`],
          isVerified: claims[`${USER}/is_verified`],
          canReauthenticate: claims[`${USER}/can_reauthenticate`],
          isMachine: claims['sub'] === `client_id_${String(claims['client_id'])}`,
          authTime: claims['auth_time'],
          amr: claims['amr'] ?? [],
          expiresAt: claims['exp'],
        });
      }),
      { numRuns: propertyRuns(25) },
    );
  },
);
