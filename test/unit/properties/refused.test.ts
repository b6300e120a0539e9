import * as fc from 'fast-check';
import { algorithms } from '../../../lib/core/crypto/algorithms.js';
import { AuthError } from '../../../lib/core/errors.js';
import { parseToken } from '../../../lib/core/token/parse.js';
import { goodClaims } from '../../support/arbitraries.js';
import { propertyRuns } from '../../support/property-runs.js';
import { codeOf } from '../../support/refusals.js';
import {
  claimsWith,
  compose,
  headerWith,
  ISSUER,
  NOW,
  part,
  trustedIssuer,
} from '../../support/tokens.js';
import { countingVerifier, type CountingVerifier } from '../../support/verifier.js';

let t: CountingVerifier;
beforeAll(async () => {
  t = await countingVerifier(
    [trustedIssuer({ algorithms: ['RS256', 'ES256'], clientId: undefined })],
    {},
    () => NOW * 1000,
  );
});
beforeEach(() => void t.lookUps.splice(0));

const told = ({ message, reason, fix, publicMessage, facts, details }: AuthError) =>
  JSON.stringify([message, reason, fix, publicMessage, facts, details]);

/**
 * Nothing is there to verify with, so everything is refused: by an `AuthError`, and by nothing
 * else.
 */
async function refuse(token: string): Promise<AuthError> {
  const outcome: unknown = await t.verify(token).catch((error: unknown) => error);
  if (!(outcome instanceof AuthError))
    throw new Error(`not refused by an AuthError: ${String(outcome)}`, { cause: outcome });
  return outcome;
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.string({ maxLength: 200 }),
);
const anyJson = fc.oneof(
  fc.jsonValue(),
  fc.double().map((number) => (Number.isFinite(number) ? number : 1e308)),
  fc.string({ unit: 'grapheme' }),
);
const inShape = fc.tuple(anyText, anyText, anyText).map((texts) => texts.map(part).join('.'));
const deep = fc
  .integer({ min: 1, max: 5_500 })
  .map((depth) => '['.repeat(depth) + ']'.repeat(depth));

describe('no input makes anything but an AuthError', () => {
  test('any text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          anyText,
          inShape,
          fc.array(anyText, { maxLength: 6 }).map((texts) => texts.join('.')),
        ),
        async (token) => {
          await refuse(token);
          // It throws for anything but an AuthError.
          codeOf(() => parseToken(token));
        },
      ),
      { numRuns: propertyRuns(500) },
    );
    expect(t.lookUps).toEqual([]);
  });

  test('any bytes in the shape of a token', async () => {
    const bytes = fc.uint8Array({ maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(
        bytes,
        bytes,
        bytes,
        async (...parts) => void (await refuse(parts.map(part).join('.'))),
      ),
      { numRuns: propertyRuns(300) },
    );
    expect(t.lookUps).toEqual([]);
  });

  test('any JSON as header and as claims', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyJson,
        anyJson,
        async (header, claims) => void (await refuse(compose(header, claims))),
      ),
      { numRuns: propertyRuns(500) },
    );
    expect(t.lookUps).toEqual([]);
  });

  test('any JSON as any member of header and claims', async () => {
    const headerName = fc.constantFrom(
      'alg',
      'typ',
      'kid',
      'crit',
      'b64',
      'cty',
      'jwk',
      'jku',
      'x5c',
      'zip',
      'enc',
    );
    const claimName = fc.constantFrom(...Object.keys(claimsWith()), 'nbf', 'cnf');
    await fc.assert(
      fc.asyncProperty(
        headerName,
        anyJson,
        claimName,
        anyJson,
        async (inHeader, one, inClaims, other) => {
          await refuse(compose(headerWith({ [inHeader]: one }), claimsWith({ [inClaims]: other })));
        },
      ),
      { numRuns: propertyRuns(500) },
    );
  });

  test('any nesting in any member', async () => {
    const place = fc.constantFrom(
      'alg',
      'typ',
      'kid',
      'crit',
      'iss',
      'aud',
      'exp',
      'scope',
      'amr',
      'other',
    );
    await fc.assert(
      fc.asyncProperty(place, deep, async (name, nested) => {
        const member = `${JSON.stringify(name)}:${nested}`;
        const inObject = (object: object) => `${JSON.stringify(object).slice(0, -1)},${member}}`;
        const inHeader = ['alg', 'typ', 'kid', 'crit'].includes(name);
        const header = inHeader ? inObject(headerWith()) : JSON.stringify(headerWith());
        const claims = inHeader ? JSON.stringify(claimsWith()) : inObject(claimsWith());
        await refuse(`${part(header)}.${part(claims)}.c2ln`);
      }),
      { numRuns: propertyRuns(60) },
    );
  });
});

describe('what can be refused without a key never asks for one', () => {
  const wrong = (name: string, values: fc.Arbitrary<unknown>) =>
    values.map((value) => [name, value] as const);
  const notA = (isRight: (value: unknown) => boolean) => anyJson.filter((value) => !isRight(value));
  const isString = (value: unknown) => typeof value === 'string';
  const isName = (value: unknown) => isString(value) && value !== '';
  const isNumber = (value: unknown) => typeof value === 'number';
  const isList = (value: unknown): value is string[] =>
    Array.isArray(value) && value.every(isString);
  const normalTyp = (value: unknown) =>
    String(value)
      .toLowerCase()
      .replace(/^application\//, '');

  const badHeader = fc.oneof(
    wrong(
      'alg',
      fc.oneof(
        notA((value) => value === 'RS256' || value === 'ES256'),
        fc.constantFrom(
          'none',
          'HS256',
          ...algorithms.filter((alg) => alg !== 'RS256' && alg !== 'ES256'),
        ),
      ),
    ),
    wrong(
      'typ',
      notA((value) => isString(value) && normalTyp(value) === 'at+jwt'),
    ),
    wrong('crit', anyJson),
    wrong('kid', notA(isName)),
  );
  const badClaim = fc.oneof(
    wrong(
      'iss',
      notA((value) => value === ISSUER),
    ),
    wrong(
      'aud',
      notA((value) => value === ISSUER || (isList(value) && value.includes(ISSUER))),
    ),
    wrong(
      'exp',
      fc.oneof(notA(isNumber), fc.double({ max: NOW - 5, noNaN: true, noDefaultInfinity: true })),
    ),
    wrong(
      'iat',
      fc.oneof(
        notA(isNumber),
        fc.double({ min: NOW + 5, minExcluded: true, noNaN: true, noDefaultInfinity: true }),
      ),
    ),
    wrong(
      'nbf',
      fc.oneof(
        notA(isNumber),
        fc.double({ min: NOW + 5, minExcluded: true, noNaN: true, noDefaultInfinity: true }),
      ),
    ),
    ...['sub', 'client_id', 'jti'].map((name) => wrong(name, notA(isName))),
    wrong('auth_time', notA(isNumber)),
    wrong('scope', notA(isString)),
    wrong('amr', notA(isList)),
    wrong('cnf', anyJson),
    fc
      .constantFrom('iss', 'aud', 'exp', 'iat', 'sub', 'client_id', 'jti')
      .map((name) => [name, undefined] as const),
  );

  test('one thing wrong with the header', async () => {
    await fc.assert(
      fc.asyncProperty(goodClaims, badHeader, async (claims, [name, value]) => {
        const { kind } = await refuse(compose(headerWith({ [name]: value }), claims));
        expect(kind).toBe('invalid_token');
        expect(t.lookUps).toEqual([]);
      }),
      { numRuns: propertyRuns(400) },
    );
  });

  test('one thing wrong with the claims', async () => {
    await fc.assert(
      fc.asyncProperty(goodClaims, badClaim, async (claims, [name, value]) => {
        const { kind } = await refuse(compose(headerWith(), { ...claims, [name]: value }));
        expect(kind).toBe('invalid_token');
        expect(t.lookUps).toEqual([]);
      }),
      { numRuns: propertyRuns(600) },
    );
  });

  test('and with nothing wrong one is asked for', async () => {
    await fc.assert(
      fc.asyncProperty(goodClaims, async (claims) => {
        t.lookUps.splice(0);
        const token = compose(headerWith(), claims);
        fc.pre(token.length <= 16_384);
        expect((await refuse(token)).code).toBe('key_unknown');
        expect(t.lookUps).toHaveLength(1);
      }),
      { numRuns: propertyRuns(100) },
    );
  });
});

describe('no error contains the token', () => {
  test('or a part of it, or a claim that must not be logged', async () => {
    const secret = fc.stringMatching(/^[a-z]{12,20}$/).map((text) => `secret${text}`);
    const place = fc.constantFrom(
      'sub',
      'jti',
      'scope',
      'email',
      'amr',
      'exp',
      'nbf',
      'iat',
      'auth_time',
      'https://authgear.com/claims/user/roles',
    );
    await fc.assert(
      fc.asyncProperty(secret, place, fc.boolean(), async (text, name, asList) => {
        const token = compose(headerWith(), claimsWith({ [name]: asList ? [text] : text }));
        const words = told(await refuse(token));
        for (const piece of [text, token, ...token.split('.')]) expect(words).not.toContain(piece);
      }),
      { numRuns: propertyRuns(200) },
    );
  });

  test('whatever it is that is no token', async () => {
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[A-Za-z0-9._-]{20,60}$/), async (token) => {
        expect(told(await refuse(token))).not.toContain(token);
      }),
      { numRuns: propertyRuns(200) },
    );
  });

  test('the reason is printable ASCII and short', async () => {
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 3_000 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('iss', 'aud', 'client_id'), text, async (name, value) => {
        const { reason, facts } = await refuse(
          compose(headerWith(), claimsWith({ [name]: value })),
        );
        for (const words of [reason, ...Object.values(facts as Record<string, string>)]) {
          expect(words).toMatch(/^[\x20-\x7e]*$/);
          expect(words.length).toBeLessThan(500);
        }
      }),
      { numRuns: propertyRuns(200) },
    );
  });
});
