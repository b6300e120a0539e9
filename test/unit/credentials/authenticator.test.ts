import { Authenticator, type Strategies } from '../../../lib/credentials/authenticator.js';
import type { AuthenticatedByIssuer } from '../../../lib/credentials/authenticated.js';
import type { AuthenticationStrategy } from '../../../lib/options/contracts.js';
import type { AuthError } from '../../../lib/core/errors.js';
import { AuthgearUser } from '../../../lib/core/user.js';
import { TestClock } from '../../../lib/testing/test-clock.js';
import { codeOf, rejectionOf } from '../../support/refusals.js';
import { nodeRequest } from '../../support/requests.js';
import { NOW, trustedIssuer } from '../../support/tokens.js';

const clock = new TestClock(NOW * 1000);
/** Finds its credential in a header of its name. */
function strategy(
  name: string,
  found?: Partial<AuthenticatedByIssuer> & { readonly [other: string]: unknown },
): AuthenticationStrategy<string> {
  return {
    name,
    extract: ({ headers }) => headers[name] as string | undefined,
    authenticate: (credential) => ({
      user: new AuthgearUser({ sub: credential, issuer: 'https://i.example', via: name }),
      ...found,
    }),
  };
}
const ours = { issuer: trustedIssuer() };
const make = (strategies: Partial<Strategies>) =>
  new Authenticator(
    { proxy: undefined, explicit: [], ambient: undefined, ...strategies },
    clock.now,
  );
const ask = (
  strategies: Partial<Strategies>,
  headers: Record<string, string>,
  maxStaleness?: number,
) => make(strategies).authenticate(nodeRequest(headers), { maxStaleness });

describe('which credential decides', () => {
  const all = {
    proxy: strategy('proxy', ours),
    explicit: [strategy('jwt', ours), strategy('api-key')],
    ambient: strategy('resolver', ours),
  };

  test.each([
    ['none', {}, undefined],
    ['a cookie alone', { resolver: 'c' }, 'resolver'],
    ['a token alone', { jwt: 't' }, 'jwt'],
    ['a token beside a cookie', { jwt: 't', resolver: 'c' }, 'jwt'],
    ['another kind beside a cookie', { 'api-key': 'k', resolver: 'c' }, 'api-key'],
    ['the proxy', { proxy: 'p', jwt: 't', 'api-key': 'k', resolver: 'c' }, 'proxy'],
    ['an empty one is one', { jwt: '', resolver: 'c' }, 'jwt'],
  ])('%s', async (_, headers, via) => {
    expect((await ask(all, headers))?.user.via).toBe(via);
  });

  test('two explicit credentials are refused', () => {
    expect(codeOf(() => void ask(all, { jwt: 't', 'api-key': 'k' }))).toBe('multiple_credentials');
  });

  test('another credential does not replace an invalid one', async () => {
    const bad = { ...strategy('jwt', ours), authenticate: () => Promise.reject(new Error('no')) };
    await expect(
      ask({ explicit: [bad], ambient: strategy('resolver', ours) }, { jwt: 't', resolver: 'c' }),
    ).rejects.toThrow('no');
  });
});

describe('a strategy of the application', () => {
  const askOne = async (found: Parameters<typeof strategy>[1], maxStaleness?: number) =>
    ask(
      { explicit: [strategy('api-key', found)] },
      { 'api-key': 'k' },
      maxStaleness,
    ) as Promise<AuthenticatedByIssuer>;

  test.each([
    ['no user', { user: undefined }],
    ['a user by hand', { user: { sub: 'a', issuer: 'b', via: 'api-key' } }],
    ['a user that says jwt', { user: new AuthgearUser({ sub: 'a', issuer: 'b', via: 'jwt' }) }],
  ])('that gives %s is a mistake of the application', async (_, found) => {
    await expect(askOne(found as Partial<AuthenticatedByIssuer>)).rejects.toThrow(
      /the strategy "api-key" must return/,
    );
  });

  test.each([
    ['now', NOW, 10, undefined],
    ['10 s ago', NOW - 10, 10, undefined],
    ['longer ago', NOW - 10.001, 10, 'session_unconfirmed'],
    ['long ago, where nobody asks', NOW - 10_000, undefined, undefined],
    ['never', undefined, 10, 'confirmation_not_supported'],
    ['never, where nobody asks', undefined, undefined, undefined],
  ])('confirmed %s', async (_, confirmedAt, maxStaleness, code) => {
    const work = askOne(confirmedAt === undefined ? {} : { confirmedAt }, maxStaleness);
    const outcome = await work.then(
      ({ user }) => user.sub,
      (error: AuthError) => error.code,
    );
    expect(outcome).toBe(code ?? 'k');
  });

  test('a machine needs no confirmation', async () => {
    const user = new AuthgearUser({ sub: 'a', issuer: 'b', via: 'api-key', isMachine: true });
    expect((await askOne({ user }, 10)).user).toBe(user);
  });

  test.each([
    ['in milliseconds', NOW * 1000],
    ['NaN', Number.NaN],
    ['as text', String(NOW)],
    ['as a date', new Date(NOW * 1000)],
    ['in the future', NOW + 121],
    ['forever', Number.POSITIVE_INFINITY],
    ['as null', null],
  ])('confirmed %s is not confirmed', async (_, confirmedAt) => {
    expect((await rejectionOf(askOne({ confirmedAt: confirmedAt as number }, 10))).code).toBe(
      'session_unconfirmed',
    );
    expect((await askOne({ confirmedAt: confirmedAt as number })).user.sub).toBe('k');
  });

  test.each([[120], [0.5]])('clocks may be %p s apart', async (ahead) => {
    expect((await askOne({ confirmedAt: NOW + ahead }, 10)).user.sub).toBe('k');
  });

  test('is held to that whatever else it gives', async () => {
    const found = { issuer: 'https://i.example' } as unknown as Partial<AuthenticatedByIssuer>;
    expect((await rejectionOf(askOne(found, 10))).code).toBe('confirmation_not_supported');
    await expect(
      askOne({ ...found, user: new AuthgearUser({ sub: 'a', issuer: 'b', via: 'jwt' }) }),
    ).rejects.toThrow(/must return/);
  });
});
