/**
 * Whether the host is loopback, where plain http is allowed: `localhost`, `*.localhost`,
 * `127.0.0.0/8` or `[::1]`. Nothing else counts as loopback.
 */
export function isLoopback({ hostname }: URL): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    /^127(?:\.\d{1,3}){3}$/.test(hostname) ||
    hostname === '[::1]'
  );
}

/**
 * Stricter than the URL parser, which also accepts surrounding whitespace, backslashes and missing
 * slashes.
 */
const ABSOLUTE_HTTP_URL = /^https?:\/\/[^\s\\]+$/i;

/** Parses an absolute http(s) URL. Returns `undefined` for anything else. */
export function parseHttpUrl(value: string): URL | undefined {
  return ABSOLUTE_HTTP_URL.test(value) && URL.canParse(value) ? new URL(value) : undefined;
}

/** Masks the user and password of every URL in a text. */
export function withoutCredentials(text: string): string {
  return text.replace(/\/\/[^/\s]*@/g, '//***@');
}

/**
 * Whether `url` is secure enough for the keys and credentials of `issuer`. Accepts https URLs.
 * Accepts a plain http URL only if the issuer is plain http too, and the URL is on loopback or
 * `allowInsecure` is set. For an https issuer, plain http is never accepted.
 */
export function isTrustworthy(url: URL, issuer: string, allowInsecure: boolean): boolean {
  if (url.protocol === 'https:') return true;
  return (
    url.protocol === 'http:' &&
    parseHttpUrl(issuer)?.protocol === 'http:' &&
    (allowInsecure || isLoopback(url))
  );
}
