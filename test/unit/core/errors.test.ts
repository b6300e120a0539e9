import { errorCatalog, type AuthErrorCode } from '../../../lib/core/error-codes.js';
import { AuthError } from '../../../lib/core/errors.js';

const codes = Object.keys(errorCatalog) as AuthErrorCode[];

describe('AuthError', () => {
  test('is an Error with its own name, whose message is the reason', () => {
    const cause = new Error('why');
    const error = new AuthError('token_expired', 'the token expired 3 s ago', { cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'AuthError',
      message: 'the token expired 3 s ago',
      reason: 'the token expired 3 s ago',
      code: 'token_expired',
      cause,
    });
    expect(new AuthError('token_expired', '')).not.toHaveProperty('cause');
  });

  test('keeps its details', () => {
    const details = { scopes: ['a'], maxAge: 300, retryAfter: 2 };
    expect(new AuthError('scope_missing', '', { ...details, facts: { iss: 'i' } }).details).toEqual(
      details,
    );
  });

  test('a refusal collects no stack frames, a configuration error does', () => {
    const framesOf = ({ stack }: Error) => stack?.split('\n').slice(1) ?? [];
    expect(framesOf(new AuthError('token_expired', 'late'))).toEqual([]);
    expect(new AuthError('token_expired', 'late').stack).toContain('late');
    expect(framesOf(new AuthError('configuration_invalid', 'wrong')).length).toBeGreaterThan(3);
  });

  test("and leaves other errors' stacks alone", () => {
    const before = Error.stackTraceLimit;
    const refusal = new AuthError('token_expired', '', { cause: new Error('why') });
    expect(Error.stackTraceLimit).toBe(before);
    expect((refusal.cause as Error).stack).toContain('errors.test');
    expect(new Error('another').stack).toContain('errors.test');
  });

  test('works if the globals are frozen', () => {
    const descriptor = Object.getOwnPropertyDescriptor(
      Error,
      'stackTraceLimit',
    ) as PropertyDescriptor;
    Object.defineProperty(Error, 'stackTraceLimit', {
      value: 7,
      writable: false,
      configurable: true,
    });
    try {
      expect(new AuthError('token_expired', 'late').code).toBe('token_expired');
    } finally {
      Object.defineProperty(Error, 'stackTraceLimit', descriptor);
    }
  });

  test('its facts are escaped and truncated', () => {
    const { facts } = new AuthError('issuer_mismatch', '', {
      facts: { iss: 'a\nb', aud: 'é', kid: 'k'.repeat(500), clientId: '"' },
    });
    expect(facts).toMatchObject({ iss: 'a\\u000ab', aud: '\\u00e9' });
    expect(facts.kid?.match(/k/g)).toHaveLength(100);
  });
});

describe.each(codes)('%s', (code) => {
  const { fix, publicMessage, publicCode, kind } = new AuthError(code, 'secret reason');

  test('has a fix and a public message, both sentences in ASCII', () => {
    for (const text of [fix, publicMessage]) expect(text).toMatch(/^[\x20-\x7e]{10,}[.?]$/);
  });

  test('the message needs no quoting in a header, and does not contain the reason', () => {
    expect(publicMessage).not.toMatch(/["\\]/);
    expect(publicMessage).not.toContain('secret');
    expect(publicMessage).not.toBe(fix);
  });

  test('the client sees the code, or token_invalid', () => {
    const undisclosed = [
      'issuer_mismatch',
      'issuer_trailing_slash',
      'audience_mismatch',
      'audience_trailing_slash',
      'key_unknown',
      'signature_invalid',
    ];
    const unavailable = ['issuer_lookup_failed', 'metadata_issuer_mismatch', 'jwks_uri_insecure'];
    const told = unavailable.includes(code) ? 'keys_unavailable' : code;
    expect(publicCode).toBe(undisclosed.includes(code) ? 'token_invalid' : told);
    expect(publicCode === 'token_invalid' ? kind : 'invalid_token').toBe('invalid_token');
  });
});
