import {
  BadRequestException,
  ForbiddenException,
  HttpException,
  InternalServerErrorException,
  ServiceUnavailableException,
  UnauthorizedException,
} from '@nestjs/common';
import { answerTo } from '../../../lib/core/answer.js';
import { errorCatalog, type AuthErrorCode } from '../../../lib/core/error-codes.js';
import { AuthError } from '../../../lib/core/errors.js';
import { refuse, toHttpException } from '../../../lib/transports/http.js';

const codes = Object.keys(errorCatalog) as AuthErrorCode[];

function exchange() {
  const headers: Record<string, string> = {};
  const header = (name: string, value: string | readonly string[]) =>
    void (headers[name] = String(value));
  return { headers, exchange: { header } };
}

const names: Record<number, [string, typeof BadRequestException]> = {
  400: ['Bad Request', BadRequestException],
  401: ['Unauthorized', UnauthorizedException],
  403: ['Forbidden', ForbiddenException],
  500: ['Internal Server Error', InternalServerErrorException],
  503: ['Service Unavailable', ServiceUnavailableException],
};

describe.each(codes)('%s', (code) => {
  const error = new AuthError(code, 'the secret reason', {
    scopes: ['a'],
    maxAge: 300,
    retryAfter: 3,
  });
  const { status, headers: expected } = answerTo(error);
  const [name, type] = names[status] as [string, typeof BadRequestException];

  test("is Nest's own exception, caused by the refusal", () => {
    const exception = refuse(error, undefined);
    expect(exception).toBeInstanceOf(HttpException);
    expect(exception).toBeInstanceOf(type);
    expect(exception.getStatus()).toBe(status);
    expect(exception.cause).toBe(error);
    expect(toHttpException(error)).toEqual(exception);
  });

  test('collects no frames, and others do as before', () => {
    const { stackTraceLimit } = Error;
    expect(refuse(error, undefined).stack).not.toMatch(/^\s+at /m);
    expect(Error.stackTraceLimit).toBe(stackTraceLimit);
    expect(new Error('other').stack).toMatch(/^\s+at /m);
  });

  test("has Nest's body plus the code", () => {
    expect(refuse(error, undefined).getResponse()).toEqual({
      statusCode: status,
      error: name,
      message: error.publicMessage,
      code: error.publicCode,
    });
  });

  test('sets the headers on the response before it is thrown', () => {
    const { exchange: http, headers } = exchange();
    refuse(error, http);
    expect(headers).toEqual(expected);
    expect(headers['Cache-Control']).toBe('no-store');
  });

  test('does not contain the reason', () => {
    const exception = refuse(error, undefined);
    expect(JSON.stringify([exception.getResponse(), exception.message])).not.toContain('secret');
  });
});

describe('cookies that a client should forget', () => {
  const setCookie = ['session=; Max-Age=0', 'app_session=; Max-Age=0'];
  const error = new AuthError('session_invalid', 'over', { setCookie });
  const own = 'theme=dark; Path=/';

  /** As Express: `header` replaces, `append` adds. */
  function expressLike() {
    const headers = new Map<string, string[]>([['set-cookie', [own]]]);
    const header = (name: string, value: string | readonly string[]) =>
      void headers.set(name.toLowerCase(), [value].flat());
    const append = (name: string, value: string | readonly string[]) =>
      header(name, [...(headers.get(name.toLowerCase()) ?? []), ...[value].flat()]);
    return { headers, response: { header, append } };
  }
  /** As Fastify: there is no `append`, and `header` adds cookies. */
  function fastifyLike() {
    const headers = new Map<string, string[]>([['set-cookie', [own]]]);
    const header = (name: string, value: string | readonly string[]) => {
      const before = name.toLowerCase() === 'set-cookie' ? (headers.get('set-cookie') ?? []) : [];
      headers.set(name.toLowerCase(), [...before, ...[value].flat()]);
    };
    return { headers, response: { header } };
  }

  describe.each([
    ['Express', expressLike],
    ['Fastify', fastifyLike],
  ])('on a response like that of %s', (_, make) => {
    test("are added to the application's own", () => {
      const { headers, response } = make();
      refuse(error, response);
      expect(headers.get('set-cookie')).toEqual([own, ...setCookie]);
      expect(headers.get('cache-control')).toEqual(['no-store']);
      expect(headers.get('www-authenticate')).toEqual([
        expect.stringMatching(/^Bearer error="invalid_token"/),
      ]);
    });

    test('a refusal without any leaves cookies as they are', () => {
      const { headers, response } = make();
      refuse(new AuthError('session_invalid', 'over'), response);
      refuse(new AuthError('session_invalid', 'over', { setCookie: [] }), response);
      expect(headers.get('set-cookie')).toEqual([own]);
    });
  });

  test('are not in the body of the exception', () => {
    expect(JSON.stringify(refuse(error, undefined).getResponse())).not.toContain('session=');
  });
});
