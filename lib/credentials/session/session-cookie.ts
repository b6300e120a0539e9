import { AuthError } from '../../core/errors.js';
import { headerFields, type HeaderSource } from '../../core/headers.js';

/** A session cookie of Authgear, as the browser sent it. */
export interface SessionCookie {
  readonly name: string;
  readonly value: string;
}

/** In the order in which Authgear's resolver reads them. */
const NAMES = ['app_session', 'app_access_token', 'session'];
/** RFC 6265 section 4.1.1: `cookie-octet`. */
const COOKIE_VALUE = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]{1,4096}$/;

/**
 * Finds the session cookie; `undefined` when there is none. Throws `multiple_credentials` for
 * cookies with the same name and different values, because a sibling domain may have set one of
 * them. Throws `session_invalid` for a value that no session cookie can have.
 */
export function extractSessionCookie(
  request: HeaderSource,
  prefix: string,
): SessionCookie | undefined {
  const fields = headerFields(request, 'cookie');
  for (const name of NAMES.map((suffix) => prefix + suffix)) {
    const [value, ...others] = new Set(fields.flatMap((field) => valuesOf(field, name)));
    if (others.length > 0)
      throw new AuthError(
        'multiple_credentials',
        `the request has ${others.length + 1} cookies named "${name}"`,
      );
    if (value === undefined) continue;
    if (!COOKIE_VALUE.test(value))
      throw new AuthError(
        'session_invalid',
        `the cookie "${name}" has characters or a length that no session cookie has`,
      );
    return { name, value };
  }
  return undefined;
}

/**
 * The values of all cookies of a name, without empty ones. The header is searched and not split,
 * because a client may fill it with separators.
 */
function valuesOf(field: string, name: string): string[] {
  const values: string[] = [];
  for (let at = field.indexOf(name); at !== -1; at = field.indexOf(name, at + name.length)) {
    const equals = skipSpaces(field, at + name.length, 1);
    const before = skipSpaces(field, at - 1, -1);
    if (field[equals] !== '=' || (before >= 0 && field[before] !== ';')) continue;
    const end = field.indexOf(';', equals);
    const value = field.slice(equals + 1, end === -1 ? undefined : end).trim();
    if (value !== '') values.push(value);
  }
  return values;
}

function skipSpaces(field: string, from: number, step: 1 | -1): number {
  let at = from;
  while (field[at] === ' ' || field[at] === '\t') at += step;
  return at;
}
