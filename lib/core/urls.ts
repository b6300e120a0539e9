/** `localhost`, `*.localhost`, `127.0.0.0/8` and `[::1]`: the hosts that plain http may reach. Nothing else is loopback. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost') || /^127(?:\.\d{1,3}){3}$/.test(hostname) || hostname === '[::1]';
}

/** Reads an absolute http(s) URL; `undefined` for anything else. */
export function parseHttpUrl(value: string): URL | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url : undefined;
}

/**
 * Whether keys of `issuer` may come from `url`: over https, or over plain http from loopback (anywhere with `allowInsecure`) when the
 * issuer itself is a plain http one. An https issuer never gets its keys over http.
 */
export function isTrustworthy(url: URL, issuer: string, allowInsecure: boolean): boolean {
  if (url.protocol === 'https:') return true;
  return url.protocol === 'http:' && parseHttpUrl(issuer)?.protocol === 'http:' && (allowInsecure || isLoopback(url));
}
