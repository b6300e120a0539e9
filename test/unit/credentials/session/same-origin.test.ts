import * as fc from 'fast-check';
import { checkSameOrigin } from '../../../../lib/credentials/session/same-origin.js';
import { propertyRuns } from '../../../support/property-runs.js';
import { codeOf, refusalOf } from '../../../support/refusals.js';
import { requestKinds } from '../../../support/requests.js';

const unsafe = [
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'CONNECT',
  'PROPFIND',
  'LOCK',
  'post',
  'get',
  'Get',
  '',
];
const safe = ['GET', 'HEAD', 'OPTIONS', 'TRACE'];
const HOST = 'api.example';
const OWN = 'https://api.example';
const ALLOWED = ['https://app.example', 'http://localhost:3000'];

type Headers = Record<string, string | string[]>;
const may: [string, Headers][] = [
  ['the same origin', { 'sec-fetch-site': 'same-origin' }],
  [
    'the same origin, whatever Origin says',
    { 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' },
  ],
  ['the person, and no page', { 'sec-fetch-site': 'none' }],
  ['its own Origin', { origin: OWN }],
  ['its own Origin over http: TLS may have ended before', { origin: 'http://api.example' }],
  ['its own Origin, the host in another case', { origin: OWN, host: 'API.Example' }],
  ['its own Origin with a port', { origin: 'https://api.example:8443', host: 'api.example:8443' }],
  [
    'its own Origin, and a Host with the default port',
    { origin: 'https://api.example', host: 'api.example:443' },
  ],
  [
    'its own Origin, and a Host in capitals',
    { origin: 'https://api.example', host: 'API.example' },
  ],
  ['an allowed origin', { origin: 'https://app.example' }],
  ['an allowed origin with a port', { origin: 'http://localhost:3000' }],
  [
    'an allowed origin of another site',
    { 'sec-fetch-site': 'cross-site', origin: 'https://app.example' },
  ],
  [
    'an allowed origin of the same site',
    { 'sec-fetch-site': 'same-site', origin: 'https://app.example' },
  ],
];
const mayNot: [string, Headers][] = [
  ['nothing that tells', {}],
  ['another site', { 'sec-fetch-site': 'cross-site' }],
  ['another site that claims its own Origin', { 'sec-fetch-site': 'cross-site', origin: OWN }],
  ['the same site is another origin', { 'sec-fetch-site': 'same-site', origin: OWN }],
  ['an unknown word', { 'sec-fetch-site': 'future-site', origin: OWN }],
  ['an empty word', { 'sec-fetch-site': '', origin: OWN }],
  ['the word in another case', { 'sec-fetch-site': 'Same-Origin' }],
  [
    'two words',
    { 'sec-fetch-site': ['same-origin', 'cross-site'], origin: 'https://evil.example' },
  ],
  ['another origin', { origin: 'https://evil.example' }],
  ['an opaque origin', { origin: 'null' }],
  ['an empty Origin', { origin: '' }],
  ['no URL as Origin', { origin: 'api.example' }],
  [
    'the default port of the other scheme',
    { origin: 'http://api.example', host: 'api.example:443' },
  ],
  ['a Host that is no host', { origin: 'https://api.example', host: 'evil@api.example' }],
  ['another port', { origin: 'https://api.example:8443' }],
  ['a subdomain', { origin: 'https://sub.api.example' }],
  ['the parent domain', { origin: 'https://example' }],
  ['a name that ends so', { origin: 'https://evilapi.example' }],
  ['a name that starts so', { origin: 'https://api.example.evil.example' }],
  ['its name as a user', { origin: 'https://api.example@evil.example' }],
  ['its name in the path', { origin: 'https://evil.example/api.example' }],
  ['an allowed origin and more', { origin: 'https://app.example.evil.example' }],
  ['an allowed origin with a slash', { origin: 'https://app.example/' }],
  ['an allowed origin with another port', { origin: 'https://app.example:8443' }],
  ['an allowed host over http', { origin: 'http://app.example' }],
  ['two origins', { origin: [OWN, 'https://evil.example'] }],
];

describe.each(requestKinds)('from %s', (_, request) => {
  const check = (method: string, headers: Headers) =>
    codeOf(() => checkSameOrigin(request({ host: HOST, ...headers }, { method }), ALLOWED));

  describe.each(unsafe)('%p', (method) => {
    test.each(may)('from %s', (__, headers) => {
      expect(check(method, headers)).toBeUndefined();
    });

    test.each(mayNot)('not from %s', (__, headers) => {
      expect(check(method, headers)).toBe('cross_origin_request');
    });
  });

  test.each(safe)('%s may come from anywhere', (method) => {
    for (const [, headers] of [...may, ...mayNot]) expect(check(method, headers)).toBeUndefined();
  });

  test('the host of HTTP/2 counts', () => {
    expect(
      codeOf(() =>
        checkSameOrigin(request({ origin: OWN, ':authority': HOST }, { method: 'POST' }), []),
      ),
    ).toBeUndefined();
    expect(
      codeOf(() =>
        checkSameOrigin(
          request({ origin: OWN, ':authority': 'other.example' }, { method: 'POST' }),
          [],
        ),
      ),
    ).toBe('cross_origin_request');
  });

  test('a request without a host has no origin of its own', () => {
    expect(codeOf(() => checkSameOrigin(request({ origin: OWN }, { method: 'POST' }), []))).toBe(
      'cross_origin_request',
    );
    expect(
      codeOf(() =>
        checkSameOrigin(request({ origin: 'https://', host: '' }, { method: 'POST' }), []),
      ),
    ).toBe('cross_origin_request');
  });

  test('the reason names the origin, escaped', () => {
    const { reason } = refusalOf(() =>
      checkSameOrigin(
        request({ host: HOST, origin: 'https://evil.example\r\nlog' }, { method: 'POST' }),
        [],
      ),
    );
    expect(reason).toBe(
      'POST with a session cookie: it comes from "https://evil.example\\u000d\\u000alog"',
    );
    expect(refusalOf(() => checkSameOrigin(request({}, { method: 'POST' }), [])).reason).toMatch(
      /neither "Origin" nor "Sec-Fetch-Site"/,
    );
  });
});

test('no origin but those two kinds ever passes', () => {
  const [, request] = requestKinds[0];
  fc.assert(
    fc.property(
      fc.webUrl(),
      fc.constantFrom(undefined, 'cross-site', 'same-site', ''),
      (url, site) => {
        const origin = new URL(url).origin;
        const headers = {
          host: HOST,
          origin,
          ...(site === undefined ? {} : { 'sec-fetch-site': site }),
        };
        fc.pre(new URL(origin).host !== HOST && !ALLOWED.includes(origin));
        expect(codeOf(() => checkSameOrigin(request(headers, { method: 'POST' }), ALLOWED))).toBe(
          'cross_origin_request',
        );
      },
    ),
    { numRuns: propertyRuns(100) },
  );
});
