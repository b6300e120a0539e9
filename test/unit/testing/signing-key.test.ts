import { compactVerify, importJWK } from 'jose';
import { algorithms, type Algorithm } from '../../../lib/core/crypto/algorithms.js';
import { createSigningKey, signJwt, type SigningKey } from '../../../lib/testing/signing-key.js';

const rsa = createSigningKey('RS256');
/** RSA keys take a while: one does for all algorithms of its kind. */
function keyFor(alg: Algorithm): SigningKey {
  return /^[RP]S/.test(alg) ? { ...rsa, alg, jwk: { ...rsa.jwk, alg } } : createSigningKey(alg);
}

test.each(algorithms)('%s: what it signs, jose verifies with the published key', async (alg) => {
  const key = keyFor(alg);
  const token = signJwt({ alg, kid: key.kid }, { sub: 'é' }, key);
  const published = JSON.parse(JSON.stringify(key.jwk)) as Record<string, string>;
  const { payload, protectedHeader } = await compactVerify(token, await importJWK(published, alg));
  expect(protectedHeader).toEqual({ alg, kid: key.kid });
  expect(JSON.parse(Buffer.from(payload).toString())).toEqual({ sub: 'é' });
});

test('kid and size may be chosen', () => {
  expect(createSigningKey('ES256', { kid: 'k' }).jwk.kid).toBe('k');
  expect(
    createSigningKey('RS256', { modulusLength: 1024 }).publicKey.asymmetricKeyDetails
      ?.modulusLength,
  ).toBe(1024);
});
