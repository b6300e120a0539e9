import { extractBearerToken } from '../../../../lib/credentials/bearer/bearer-token.js';
import type { HttpRequest } from '../../../../lib/transports/transport.js';
import { codeOf } from '../../../support/refusals.js';

const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl';

/** A request as Node gives it: only the first of several Authorization fields is in `headers`. */
function nodeRequest(...fields: string[]): HttpRequest {
  const rawHeaders = [
    'Host',
    'api.example',
    ...fields.flatMap((value) => ['Authorization', value]),
    'Accept',
    '*/*',
  ];
  return {
    method: 'GET',
    headers: {
      host: 'api.example',
      ...(fields[0] === undefined ? {} : { authorization: fields[0] }),
    },
    rawHeaders,
  };
}
/** The same in Fastify: Node's request is in `raw`. */
function fastifyRequest(...fields: string[]): HttpRequest {
  const { headers, rawHeaders } = nodeRequest(...fields);
  return { method: 'GET', headers, raw: { rawHeaders: rawHeaders ?? [] } };
}
/** A request that was made by hand, without raw headers. */
function plainRequest(...fields: string[]): HttpRequest {
  return { method: 'GET', headers: nodeRequest(...fields).headers };
}

describe.each([
  ['Node', nodeRequest],
  ['Fastify', fastifyRequest],
  ['a plain object', plainRequest],
])('from %s', (_, request) => {
  const extract = (...fields: string[]) => extractBearerToken(request(...fields));

  test.each(['Bearer', 'bearer', 'BEARER', 'bEaReR'])('the scheme %s', (scheme) => {
    expect(extract(`${scheme} ${TOKEN}`)).toBe(TOKEN);
  });

  test.each([
    ['several spaces', `Bearer    ${TOKEN}`, TOKEN],
    ['all characters of the grammar', 'Bearer aZ09-._~+/==', 'aZ09-._~+/=='],
    [
      'an opaque token',
      'Bearer 0123456789abcdefABCDEF0123456789',
      '0123456789abcdefABCDEF0123456789',
    ],
    ['one character', 'Bearer a', 'a'],
    ['a token named Bearer', 'Bearer Bearer', 'Bearer'],
  ])('%s', (__, field, token) => {
    expect(extract(field)).toBe(token);
  });

  test('no header is no credentials', () => {
    expect(extract()).toBeUndefined();
  });

  test.each([
    ['nothing in it', ''],
    ['a bare JWT', TOKEN],
    ['Basic', 'Basic dXNlcjpwYXNz'],
    ['Digest with commas', 'Digest username="Mufasa", realm="http-auth@example.org", uri="/dir"'],
    ['DPoP', `DPoP ${TOKEN}`],
    ['Token', `Token ${TOKEN}`],
    ['a longer scheme', `BearerToken ${TOKEN}`],
    ['a shorter scheme', `Bear ${TOKEN}`],
    ['a scheme glued to the token', `Bearer${TOKEN}`],
    ['another scheme with Bearer behind it', `Basic Bearer ${TOKEN}`],
  ])('%s is no credentials', (__, field) => {
    expect(extract(field)).toBeUndefined();
  });

  test.each([
    ['no token', 'Bearer'],
    ['no token after the space', 'Bearer '],
    ['two words', 'Bearer a b'],
    ['a space behind', `Bearer ${TOKEN} `],
    ['quotes', `Bearer "${TOKEN}"`],
    ['padding alone', 'Bearer ='],
    ['padding inside', 'Bearer a=b'],
    ['a letter from elsewhere', 'Bearer é'],
    ['a line break', `Bearer ${TOKEN}\n`],
    ['a NUL', `Bearer ${TOKEN}\u0000`],
    ['the scheme twice', `Bearer Bearer ${TOKEN}`],
    ['a parameter', 'Bearer token="a"'],
    ['an angle bracket', 'Bearer <token>'],
    ['a tab for the space', `Bearer\t${TOKEN}`],
  ])('%s is malformed', (__, field) => {
    expect(codeOf(() => extract(field))).toBe('authorization_malformed');
  });

  test.each([
    ['the same twice', `Bearer ${TOKEN}, Bearer ${TOKEN}`],
    ['without a space', `Bearer ${TOKEN},Bearer ${TOKEN}`],
    ['with many', 'Bearer a ,   bearer b'],
    ['Basic first', `Basic dXNlcjpwYXNz, Bearer ${TOKEN}`],
    ['Basic second', `Bearer ${TOKEN}, Basic dXNlcjpwYXNz`],
    ['a comma in the token', 'Bearer a,b'],
  ])('a comma list is several credentials: %s', (__, field) => {
    expect(codeOf(() => extract(field))).toBe('multiple_credentials');
  });

  test('a field of a megabyte takes no time', () => {
    const start = process.cpuUsage();
    for (const field of [
      `Bearer ${'a'.repeat(1_000_000)}"`,
      `Bearer ${' '.repeat(1_000_000)}`,
      ','.repeat(1_000_000),
      `Bearer ${'='.repeat(1_000_000)}"`,
      `, ${' '.repeat(1_000_000)}`,
    ]) {
      codeOf(() => extract(field));
    }
    expect(process.cpuUsage(start).user / 1e3).toBeLessThan(1_000);
  });
});

describe.each([
  ['Node', nodeRequest],
  ['Fastify', fastifyRequest],
])('two Authorization fields from %s', (_, request) => {
  test.each([
    ['of one token', [`Bearer ${TOKEN}`, `Bearer ${TOKEN}`]],
    ['of two tokens', [`Bearer ${TOKEN}`, 'Bearer other']],
    ['of which the first is another scheme', ['Basic dXNlcjpwYXNz', `Bearer ${TOKEN}`]],
    ['of which the second is another scheme', [`Bearer ${TOKEN}`, 'Basic dXNlcjpwYXNz']],
    ['of which one is empty', ['', `Bearer ${TOKEN}`]],
    ['three', ['Bearer a', 'Bearer b', 'Bearer c']],
  ])('%s', (__, fields) => {
    expect(codeOf(() => extractBearerToken(request(...fields)))).toBe('multiple_credentials');
  });

  test('in any case of the name', () => {
    const rawHeaders = ['authorization', `Bearer ${TOKEN}`, 'AUTHORIZATION', 'Bearer other'];
    expect(codeOf(() => extractBearerToken({ headers: {}, rawHeaders }))).toBe(
      'multiple_credentials',
    );
  });
});

describe('what is never read', () => {
  test('a value that is called Authorization is no name', () => {
    const rawHeaders = ['X-Header', 'Authorization', 'X-Other', `Bearer ${TOKEN}`];
    expect(extractBearerToken({ headers: {}, rawHeaders })).toBeUndefined();
  });

  test('query, body, cookies and other headers', () => {
    const request = {
      ...nodeRequest(),
      url: `/?access_token=${TOKEN}`,
      query: { access_token: TOKEN },
      body: { access_token: TOKEN },
      cookies: { access_token: TOKEN },
      headers: {
        'proxy-authorization': `Bearer ${TOKEN}`,
        'x-authorization': `Bearer ${TOKEN}`,
        cookie: `access_token=${TOKEN}`,
      },
    };
    expect(extractBearerToken(request)).toBeUndefined();
  });
});
