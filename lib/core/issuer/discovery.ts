import { AuthError } from '../errors.js';
import { getJson, HttpError, type Fetch } from '../http.js';
import { printable } from '../printable.js';
import { isJsonObject } from '../types.js';
import { isTrustworthy, parseHttpUrl } from '../urls.js';

export interface DiscoveryTarget {
  readonly issuer: string;
  /** The URL to use instead of the well-known URLs. */
  readonly metadataUrl: string | undefined;
  readonly allowInsecure: boolean;
}

/**
 * Returns the URLs of an issuer's metadata in the order in which they are tried. OpenID Connect
 * Discovery 1.0 section 4 appends the well-known path to the issuer; RFC 8414 section 3.1 inserts
 * it before the issuer's path.
 */
export function metadataUrls({
  issuer,
  metadataUrl,
}: Pick<DiscoveryTarget, 'issuer' | 'metadataUrl'>): readonly string[] {
  if (metadataUrl !== undefined) return [metadataUrl];
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  return [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
  ];
}

/**
 * Finds the URL of an issuer's keys. Rejects with an `HttpError` when there is no usable metadata,
 * with `metadata_issuer_mismatch` when the metadata belongs to another issuer (RFC 8414 section
 * 3.3: it "MUST NOT be used"), and with `jwks_uri_insecure` when the URL is not secure.
 */
export async function discoverJwksUri(
  target: DiscoveryTarget,
  fetch: Fetch,
  signal: AbortSignal,
): Promise<string> {
  const metadata = await fetchMetadata(metadataUrls(target), fetch, signal);
  if (!isJsonObject(metadata)) throw new HttpError('the metadata is not a JSON object');
  const { issuer, jwks_uri: jwksUri } = metadata;
  if (issuer !== target.issuer) {
    throw new AuthError(
      'metadata_issuer_mismatch',
      `the metadata names the issuer "${printable(issuer)}", but "${printable(target.issuer)}" is configured`,
    );
  }
  const url = typeof jwksUri === 'string' ? parseHttpUrl(jwksUri) : undefined;
  if (url === undefined) throw new HttpError('the metadata has no "jwks_uri"');
  if (!isTrustworthy(url, target.issuer, target.allowInsecure)) {
    throw new AuthError(
      'jwks_uri_insecure',
      `the metadata of "${printable(target.issuer)}" names the plain http URL ` +
        `"${printable(jwksUri)}" for its keys`,
    );
  }
  return url.href;
}

async function fetchMetadata(
  [url, ...others]: readonly string[],
  fetch: Fetch,
  signal: AbortSignal,
): Promise<unknown> {
  if (url === undefined) throw new HttpError('the metadata was not found (404)');
  try {
    return (await getJson(url, fetch, signal)).body;
  } catch (error) {
    if (error instanceof HttpError && error.status === 404)
      return fetchMetadata(others, fetch, signal);
    throw error;
  }
}
