import { isLoopback, isTrustworthy, parseHttpUrl } from '../../../lib/core/urls.js';

describe('isLoopback', () => {
  test.each([
    'localhost',
    'LOCALHOST',
    'issuer.localhost',
    'a.b.localhost',
    '127.0.0.1',
    '127.0.0.2',
    '127.255.255.255',
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
  ])('%s is loopback', (host) => {
    expect(isLoopback(new URL(`http://${host}:3000/path`))).toBe(true);
  });

  test.each([
    '127.0.0.1.evil.com',
    'localhost.evil.com',
    'evil-localhost',
    'notlocalhost',
    'localhost.',
    '0.0.0.0',
    '128.0.0.1',
    '126.255.255.255',
    '10.0.0.1',
    '192.168.0.1',
    '169.254.169.254',
    '[::]',
    '[::2]',
    '[::ffff:127.0.0.1]',
    '[fe80::1]',
    'evil.com',
    '127.evil.com',
  ])('%s is not', (host) => {
    expect(isLoopback(new URL(`http://${host}:3000/path`))).toBe(false);
  });

  test('a user name does not make a host', () => {
    expect(isLoopback(new URL('http://localhost@evil.com/'))).toBe(false);
    expect(isLoopback(new URL('http://evil.com/#localhost'))).toBe(false);
    expect(isLoopback(new URL('http://evil.com/localhost'))).toBe(false);
  });
});

describe('parseHttpUrl', () => {
  test.each(['https://a.example', 'http://a.example/b?c#d'])('%s is one', (value) => {
    expect(parseHttpUrl(value)?.href).toBe(new URL(value).href);
  });

  test.each([
    '',
    'a.example',
    '/path',
    '//a.example',
    'ftp://a.example',
    'file:///etc/passwd',
    'data:application/json,{}',
    'javascript:1',
    'https://',
    'urn:a:b',
  ])('%p is none', (value) => {
    expect(parseHttpUrl(value)).toBeUndefined();
  });
});

describe('isTrustworthy', () => {
  const cases: [keys: string, issuer: string, allowInsecure: boolean, trusted: boolean][] = [
    ['https://keys.example/jwks', 'https://issuer.example', false, true],
    ['https://keys.example/jwks', 'http://issuer.example', false, true],
    ['http://keys.example/jwks', 'https://issuer.example', false, false],
    ['http://keys.example/jwks', 'https://issuer.example', true, false],
    ['http://127.0.0.1/jwks', 'https://issuer.example', false, false],
    ['http://localhost/jwks', 'https://localhost', true, false],
    ['http://localhost/jwks', 'http://localhost', false, true],
    ['http://127.0.0.1:1/jwks', 'http://issuer.localhost', false, true],
    ['http://keys.example/jwks', 'http://localhost', false, false],
    ['http://127.0.0.1.evil.com/jwks', 'http://localhost', false, false],
    ['http://keys.example/jwks', 'http://issuer.example', true, true],
    ['ftp://keys.example/jwks', 'http://issuer.example', true, false],
    // However the scheme is written, it is https.
    ['http://localhost/jwks', 'HTTPS://issuer.example', false, false],
    ['http://keys.example/jwks', 'HTTPS://issuer.example', true, false],
  ];
  test.each(cases)('%s for %s, allowInsecure %p: %p', (keys, issuer, allowInsecure, trusted) => {
    expect(isTrustworthy(new URL(keys), issuer, allowInsecure)).toBe(trusted);
  });
});
