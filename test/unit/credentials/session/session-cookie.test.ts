import { extractSessionCookie } from '../../../../lib/credentials/session/session-cookie.js';
import { codeOf, refusalOf } from '../../../support/refusals.js';
import { nodeRequest, requestKinds } from '../../../support/requests.js';

describe.each(requestKinds)('from %s', (_, request) => {
  const extract = (cookie: string | readonly string[], prefix = '') =>
    extractSessionCookie(request({ Cookie: cookie }), prefix);

  test.each(['session', 'app_session', 'app_access_token'])('the cookie %s', (name) => {
    expect(extract(`${name}=abc`)).toEqual({ name, value: 'abc' });
    expect(extract(`theme=dark; ${name}=abc; other=1`)).toEqual({ name, value: 'abc' });
    expect(extract(`pre_${name}=abc`, 'pre_')).toEqual({ name: `pre_${name}`, value: 'abc' });
  });

  test('one at a time, in the order of the resolver', () => {
    expect(extract('session=a; app_access_token=b; app_session=c')).toEqual({
      name: 'app_session',
      value: 'c',
    });
    expect(extract('session=a; app_access_token=b')).toEqual({
      name: 'app_access_token',
      value: 'b',
    });
  });

  test.each([
    ['no cookie', ''],
    ['others', 'theme=dark; sessions=1; mysession=2'],
    ['an empty one', 'session='],
    ['a blank one', 'session=  '],
    ['a name without a value', 'session'],
    ['another case', 'Session=abc; SESSION=abc'],
    ['a value without a name', '=abc'],
    ['the name as a value', 'a=session=abc'],
    ['a cookie of a prefix', 'pre_session=abc'],
    ['nothing but separators', ';;; ; ='],
  ])('none: %s', (__, cookie) => {
    expect(extract(cookie)).toBeUndefined();
  });

  test('with a prefix, the bare name is another cookie', () => {
    expect(extract('session=abc', 'pre_')).toBeUndefined();
    expect(extract('session=abc; pre_session=d', 'pre_')).toEqual({
      name: 'pre_session',
      value: 'd',
    });
  });

  test.each([
    ['no space between', 'a=1;session=abc;b=2', 'abc'],
    ['space around', ' session = abc ;b=2', 'abc'],
    ['an equals sign in it', 'session=abc==', 'abc=='],
    [
      'all the characters of the grammar',
      "session=!#$%&'()*+-./09:<=>?@AZ[]^_`az{|}~",
      "!#$%&'()*+-./09:<=>?@AZ[]^_`az{|}~",
    ],
    ['an empty one of the name before', 'session=; session=abc', 'abc'],
    ['twice the same', 'session=abc; session=abc', 'abc'],
    ['4096 characters', `session=${'a'.repeat(4_096)}`, 'a'.repeat(4_096)],
  ])('%s', (__, cookie, value) => {
    expect(extract(cookie)).toEqual({ name: 'session', value });
  });

  test('several Cookie fields are one', () => {
    expect(extract(['theme=dark', 'session=abc'])).toEqual({ name: 'session', value: 'abc' });
  });

  test.each([
    ['in one field', 'session=abc; session=abd'],
    ['in two fields', ['session=abc', 'session=abd']],
    ['of the name that counts', 'session=x; app_session=a; app_session=b'],
  ])('two of one name are refused: %s', (__, cookie) => {
    expect(codeOf(() => extract(cookie))).toBe('multiple_credentials');
  });

  test('two of a name that does not count do no harm', () => {
    expect(extract('session=a; session=b; app_session=c')).toEqual({
      name: 'app_session',
      value: 'c',
    });
  });

  test.each([
    ['quotes', 'session="abc"'],
    ['a comma', 'session=a,b'],
    ['a backslash', 'session=a\\b'],
    ['a space inside', 'session=a b'],
    ['a tab inside', 'session=a\tb'],
    ['a line break', 'session=a\nb'],
    ['a NUL', 'session=a\u0000b'],
    ['DEL', 'session=a\u007f'],
    ['a letter from elsewhere', 'session=é'],
    ['4097 characters', `session=${'a'.repeat(4_097)}`],
  ])('%s is no session cookie, and nothing of it is told', (__, cookie) => {
    const { code, reason } = refusalOf(() => extract(cookie));
    expect(code).toBe('session_invalid');
    expect(reason).toBe(
      'the cookie "session" has characters or a length that no session cookie has',
    );
  });
});

test('no Cookie field at all', () => {
  expect(extractSessionCookie(nodeRequest(), '')).toBeUndefined();
});
