import { parseToken } from '../../../../lib/core/token/parse.js';
import { codeOf, refusalOf } from '../../../support/refusals.js';
import { signedTextOf } from '../../../support/signed-text.js';
import { claimsWith, compose, headerWith, part } from '../../../support/tokens.js';

const HEADER = part('{"alg":"RS256"}');
const PAYLOAD = part('{"sub":"a"}');
const SIGNATURE = 'c2lnbmF0dXJl';

/** A token in shape, of exactly this many bytes. */
function tokenOfSize(bytes: number): string {
  for (const padding of ['', ' ', '  ']) {
    const start = `${part(`{"alg":"RS256"}${padding}`)}.${PAYLOAD}.`;
    const rest = bytes - start.length;
    if (rest % 4 !== 1) return start + 'A'.repeat(rest);
  }
  throw new Error('unreachable');
}

describe('parseToken', () => {
  test('gives header and claims as they are, and nothing else of the token', () => {
    expect(parseToken(compose())).toEqual({
      header: headerWith(),
      claims: claimsWith(),
      ...signedTextOf(compose()),
    });
  });

  test('unicode survives', () => {
    expect(parseToken(compose({}, { name: 'Zoë 😀 \u0000 字' })).claims).toEqual({
      name: 'Zoë 😀 \u0000 字',
    });
  });

  test('of duplicate members the last one counts, once and for all', () => {
    const { header, claims } = parseToken(
      `${part('{"alg":"none","alg":"RS256"}')}.${part('{"sub":"a","sub":"b"}')}.${SIGNATURE}`,
    );
    expect(header).toEqual({ alg: 'RS256' });
    expect(claims).toEqual({ sub: 'b' });
  });

  test('a member "__proto__" gives nothing to the object', () => {
    const badHeader = part('{"__proto__":{"alg":"RS256"}}');
    const badClaims = part('{"__proto__":{"sub":"admin"}}');
    const { header, claims } = parseToken(`${badHeader}.${badClaims}.${SIGNATURE}`);
    expect(header['alg']).toBeUndefined();
    expect(claims['sub']).toBeUndefined();
  });

  describe('size', () => {
    test('16,384 bytes pass', () => {
      const token = tokenOfSize(16_384);
      expect(Buffer.byteLength(token)).toBe(16_384);
      expect(parseToken(token).claims).toEqual({ sub: 'a' });
    });

    test.each([16_385, 100_000, 5_000_000])('%p bytes are refused', (bytes) => {
      expect(codeOf(() => parseToken(tokenOfSize(bytes)))).toBe('token_too_large');
    });

    test('bytes count, not characters', () => {
      expect(codeOf(() => parseToken('é'.repeat(8_193)))).toBe('token_too_large');
      expect(codeOf(() => parseToken('é'.repeat(8_192)))).toBe('token_malformed');
    });

    test('size comes before everything else', () => {
      expect(codeOf(() => parseToken('.'.repeat(16_385)))).toBe('token_too_large');
    });
  });

  describe('parts', () => {
    test.each([
      ['nothing', ''],
      ['one part', HEADER],
      ['two parts', `${HEADER}.${PAYLOAD}`],
      ['four parts', `${HEADER}.${PAYLOAD}.${SIGNATURE}.${SIGNATURE}`],
      ['an empty fourth part', `${HEADER}.${PAYLOAD}.${SIGNATURE}.`],
      ['an encrypted token of five parts', `${HEADER}.a.b.c.d`],
      ['only dots', '..'],
      ['a thousand dots', '.'.repeat(1000)],
      ['no header', `.${PAYLOAD}.${SIGNATURE}`],
      ['no payload', `${HEADER}..${SIGNATURE}`],
      ['no signature', `${HEADER}.${PAYLOAD}.`],
    ])('%s: malformed', (_, token) => {
      expect(codeOf(() => parseToken(token))).toBe('token_malformed');
    });

    test.each([
      [`${HEADER}.${PAYLOAD}`, /two|2/],
      [`${HEADER}.a.b.c.d`, /encrypted/],
    ])('the reason for %p says %p', (token, words) => {
      expect(refusalOf(() => parseToken(token)).reason).toMatch(words);
    });
  });

  describe('tokens that are not JWTs', () => {
    test.each(['0123456789abcdefABCDEF0123456789', 'A'.repeat(32), '1'.repeat(32)])(
      '%s is opaque, and the fix names the switch',
      (token) => {
        const error = refusalOf(() => parseToken(token));
        expect(error.code).toBe('token_is_opaque');
        expect(error.fix).toContain('Issue JWT as access token');
      },
    );

    test.each(['a'.repeat(31), 'a'.repeat(33), `${'a'.repeat(31)}-`, `${'a'.repeat(31)}\n`])(
      '%p is just malformed',
      (token) => {
        expect(codeOf(() => parseToken(token))).toBe('token_malformed');
      },
    );

    test.each([
      `6f9619ff-8b86-d011-b42d-00cf4fc964ff.${'a1B2'.repeat(8)}`,
      `6F9619FF-8B86-D011-B42D-00CF4FC964FF.${'x'.repeat(32)}`,
    ])('%s is a refresh token', (token) => {
      expect(codeOf(() => parseToken(token))).toBe('token_is_refresh_token');
    });

    test.each([
      `6f9619ff-8b86-d011-b42d-00cf4fc964ff.${'a'.repeat(31)}`,
      `not-a-uuid.${'a'.repeat(32)}`,
    ])('%s is just malformed', (token) => {
      expect(codeOf(() => parseToken(token))).toBe('token_malformed');
    });
  });

  describe('base64url, strictly', () => {
    const spellings: [string, (text: string) => string][] = [
      ['padding', (text) => `${text}=`],
      ['a space', (text) => `${text} `],
      ['a leading space', (text) => ` ${text}`],
      ['a line break', (text) => `${text}\n`],
      ['a tab inside', (text) => `${text.slice(0, 4)}\t${text.slice(4)}`],
      ['a standard plus', (text) => `${text.slice(0, -4)}+${text.slice(-3)}`],
      ['a standard slash', (text) => `${text.slice(0, -4)}/${text.slice(-3)}`],
      ['a percent escape', (text) => `${text}%41`],
      ['a NUL', (text) => `${text}\u0000`],
      ['a letter from elsewhere', (text) => `${text.slice(0, -1)}ａ`],
    ];
    test.each(spellings)('%s is refused in every part', (_, spell) => {
      const parts = [HEADER, PAYLOAD, SIGNATURE];
      for (const index of [0, 1, 2]) {
        const token = parts.map((text, at) => (at === index ? spell(text) : text)).join('.');
        expect(codeOf(() => parseToken(token))).toBe('token_malformed');
      }
    });

    test.each([
      [
        'signature, two characters over',
        `${HEADER}.${PAYLOAD}.`,
        ['AA', 'AQ', 'Ag', 'Aw'],
        ['AB', 'AP', 'Af', 'A_', 'A9'],
      ],
      [
        'signature, three characters over',
        `${HEADER}.${PAYLOAD}.`,
        ['AAA', 'AAE', 'AA8', 'AA0', 'AAc'],
        ['AAB', 'AAC', 'AAD', 'AA9', 'AA_'],
      ],
    ])('left-over bits must be zero: %s', (_, start, right, wrong) => {
      for (const end of right) expect(codeOf(() => parseToken(start + end))).toBeUndefined();
      for (const end of wrong)
        expect(codeOf(() => parseToken(start + end))).toBe('token_malformed');
    });

    test('left-over bits in header and payload too', () => {
      // '{}' is e30; e31, e32 and e33 decode to the same two bytes.
      expect(codeOf(() => parseToken(`e30.e30.${SIGNATURE}`))).toBeUndefined();
      for (const other of ['e31', 'e32', 'e33']) {
        expect(codeOf(() => parseToken(`${other}.e30.${SIGNATURE}`))).toBe('token_malformed');
        expect(codeOf(() => parseToken(`e30.${other}.${SIGNATURE}`))).toBe('token_malformed');
      }
    });

    test('one character over is no base64', () => {
      expect(codeOf(() => parseToken(`${HEADER}.${PAYLOAD}.AAAAA`))).toBe('token_malformed');
    });
  });

  describe('UTF-8 JSON objects', () => {
    const contents: [string, string | Uint8Array][] = [
      ['an array', '[]'],
      ['an array of an object', '[{"alg":"RS256"}]'],
      ['null', 'null'],
      ['a number', '42'],
      ['a string', '"RS256"'],
      ['true', 'true'],
      ['no JSON', '{alg:1}'],
      ['a half object', '{"alg":"RS256"'],
      ['more than one object', '{}{}'],
      ['a trailing comma', '{"a":1,}'],
      ['nothing but space', '  '],
      ['a byte order mark', '\ufeff{}'],
      ['UTF-16', Buffer.from('\ufeff{}', 'utf16le')],
      ['an overlong encoding', Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d])],
      ['a lone continuation byte', Buffer.from([0x7b, 0x22, 0x80, 0x22, 0x3a, 0x31, 0x7d])],
      ['an encoded surrogate', Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d])],
      ['a cut character', Buffer.from([0x7b, 0x22, 0xe2, 0x82, 0x22, 0x3a, 0x31, 0x7d])],
    ];
    test.each(contents)('%s is refused as header and as payload', (_, content) => {
      expect(codeOf(() => parseToken(`${part(content)}.${PAYLOAD}.${SIGNATURE}`))).toBe(
        'token_malformed',
      );
      expect(codeOf(() => parseToken(`${HEADER}.${part(content)}.${SIGNATURE}`))).toBe(
        'token_malformed',
      );
    });

    test('space around the object is JSON', () => {
      expect(parseToken(`${part(' {} ')}.${part('\n{}\n')}.${SIGNATURE}`)).toMatchObject({
        header: {},
        claims: {},
      });
    });

    test('no nesting is too deep', () => {
      const deep = `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`;
      expect(codeOf(() => parseToken(`${HEADER}.${part(deep)}.${SIGNATURE}`))).toBeUndefined();
    });

    test('the error does not quote the token', () => {
      const error = refusalOf(() =>
        parseToken(`${HEADER}.${part('{"secret":hunter2}')}.${SIGNATURE}`),
      );
      expect([error.message, error.reason, String(error.cause)].join()).not.toMatch(
        /hunter2|secret/,
      );
    });
  });
});
