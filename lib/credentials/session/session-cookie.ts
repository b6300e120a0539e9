import { AuthError } from '../../core/errors.js';
import { headerFields, type HeaderSource } from '../../core/headers.js';

/** A session cookie of Authgear, as the browser sent it. */
export interface SessionCookie {
  readonly name: string;
  readonly value: string;
}

/** The cookie names, in the order in which Authgear's resolver reads them. */
const NAMES = ['app_session', 'app_access_token', 'session'];
/** RFC 6265 section 4.1.1: `cookie-octet`. */
const COOKIE_VALUE = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]{1,4096}$/;
/** Maximum number of session cookies. A browser sends one of each name, or a few. */
const MAX_COOKIES = 16;

/**
 * Finds the session cookie; `undefined` if there is none. Throws `multiple_credentials` for cookies
 * with the same name and different values, because a sibling domain may have set one of them, and
 * for more than 16 session cookies. Throws `session_invalid` for a value that no session cookie can
 * have.
 */
export function extractSessionCookie(
  request: HeaderSource,
  prefix: string,
): SessionCookie | undefined {
  const pairs = headerFields(request, 'cookie').flatMap((field) => readPairs(field, prefix));
  if (pairs.length > MAX_COOKIES) throw tooMany(`more than ${MAX_COOKIES} session cookies`);
  for (const name of NAMES.map((suffix) => prefix + suffix)) {
    const [value, ...others] = new Set(
      pairs.filter((pair) => pair.name === name && pair.value !== '').map((pair) => pair.value),
    );
    if (others.length > 0) throw tooMany(`${others.length + 1} cookies named "${name}"`);
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
 * Returns the session cookies of a header, at most one more than the limit. The header is searched
 * instead of split, because a client may fill it with separators.
 */
function readPairs(field: string, prefix: string): SessionCookie[] {
  const pairs: SessionCookie[] = [];
  if (!NAMES.some((name) => field.includes(prefix + name))) return pairs;
  const pattern = patternFor(prefix);
  pattern.lastIndex = 0;
  while (pairs.length <= MAX_COOKIES) {
    const [, name, value] = pattern.exec(field) ?? [];
    if (name === undefined || value === undefined) return pairs;
    pairs.push({ name, value: value.trim() });
  }
  return pairs;
}

/** The patterns by cookie prefix, which is an option. */
const patterns = new Map<string, RegExp>();

function patternFor(prefix: string): RegExp {
  let pattern = patterns.get(prefix);
  if (pattern === undefined) {
    const names = NAMES.map((name) => (prefix + name).replace(/\W/g, '\\$&')).join('|');
    pattern = new RegExp(`(?:^|;)[ \\t]*(${names})[ \\t]*=([^;]*)`, 'g');
    patterns.set(prefix, pattern);
  }
  return pattern;
}

function tooMany(what: string): AuthError {
  return new AuthError('multiple_credentials', `the request has ${what}`);
}
