/**
 * `localhost`, `*.localhost`, `127.0.0.0/8` and `[::1]`: the hosts that plain http may reach.
 * Nothing else is loopback.
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
 * As it stands: the URL parser would also take white space around it, backslashes, and no slashes
 * at all.
 */
const ABSOLUTE_HTTP_URL = /^https?:\/\/[^\s\\]+$/i;

/** Reads an absolute http(s) URL; `undefined` for anything else. */
export function parseHttpUrl(value: string): URL | undefined {
  return ABSOLUTE_HTTP_URL.test(value) && URL.canParse(value) ? new URL(value) : undefined;
}

/** Takes user and password out of every URL in a text. */
export function withoutCredentials(text: string): string {
  return text.replace(/\/\/[^/\s]*@/g, '//***@');
}

/**
 * Whether keys of `issuer` may come from `url`: over https, or over plain http from loopback
 * (anywhere with `allowInsecure`) when the issuer itself is a plain http one. An https issuer never
 * gets its keys over http.
 */
export function isTrustworthy(url: URL, issuer: string, allowInsecure: boolean): boolean {
  if (url.protocol === 'https:') return true;
  return (
    url.protocol === 'http:' &&
    parseHttpUrl(issuer)?.protocol === 'http:' &&
    (allowInsecure || isLoopback(url))
  );
}
