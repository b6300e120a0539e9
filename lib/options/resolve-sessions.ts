import { sha256 } from '../core/crypto/digest.js';
import { authgearProfile } from '../core/issuer/authgear.js';
import type { IssuerProfile } from '../core/issuer/profile.js';
import type { ResolverAddress, UserinfoAddress } from '../core/session/upstream.js';
import { isJsonObject } from '../core/types.js';
import { isTrustworthy, parseHttpUrl } from '../core/urls.js';
import type { ReadableRequest } from './contracts.js';
import { isHeaderName, type OptionReader } from './option-reader.js';

const MAX_CACHED = 60_000;
const MIN_SECRET_LENGTH = 16;
/** Timeout for the userinfo endpoint of an issuer without `resolver`. Milliseconds. */
const DEFAULT_TIMEOUT = 5_000;
const DEFAULT_SECRET_HEADER = 'x-proxy-secret';
const COOKIE_NAME = /^[\w!#$%&'*+.^`|~-]*$/;

const COOKIE_OPTIONS = ['cookiePrefix', 'allowedOrigins'];
const RESOLVER_OPTIONS = [
  'cookies',
  'opaqueTokens',
  'cacheFor',
  'timeout',
  'url',
  'method',
  ...COOKIE_OPTIONS,
];
const PROXY_OPTIONS = ['secret', 'secretHeader', 'trust', 'required', ...COOKIE_OPTIONS];

/** How session cookies are found, and from which origins they are accepted. */
export interface CookieRules {
  readonly cookiePrefix: string;
  /** Other origins that may use unsafe methods with a cookie, besides the request's own. */
  readonly allowedOrigins: readonly string[];
}

/** Which credentials are resolved, and how. */
export interface ResolverRules extends ResolverAddress, CookieRules {
  readonly cookies: boolean;
  readonly opaqueTokens: boolean;
  /** Milliseconds. */
  readonly cacheFor: number;
}

/** How a proxy proves that a request came through it. */
export type ProxyProofRules =
  | { readonly kind: 'secret'; readonly header: string; readonly digest: Buffer }
  | { readonly kind: 'trust'; readonly trust: (request: ReadableRequest) => boolean }
  /** The placeholder for invalid options. No request has proof. */
  | { readonly kind: 'none' };

/** Which proxy may report sessions. */
export interface ProxyRules extends CookieRules {
  readonly proof: ProxyProofRules;
  /** Whether requests without proof are refused. */
  readonly isRequired: boolean;
}

/** The path of the webhook route, and the key of its signatures. */
export interface WebhookRules {
  readonly path: string;
  readonly key: Uint8Array;
}

/** How the sessions of an issuer are resolved, confirmed and revoked. */
export interface SessionRules {
  readonly resolver: ResolverRules | undefined;
  readonly proxyHeaders: ProxyRules | undefined;
  readonly webhooks: WebhookRules | undefined;
  /** The endpoint that confirms sessions. */
  readonly userinfo: UserinfoAddress | undefined;
}

/** Reads the session options of one issuer. */
export function resolveSessions(
  reader: OptionReader,
  profile: IssuerProfile,
  allowInsecure: boolean,
): SessionRules {
  const { given } = reader;
  const isAuthgear = profile === authgearProfile;
  const urls: UrlReader = { issuer: given['issuer'], allowInsecure };
  for (const option of ['resolver', 'proxyHeaders', 'webhooks']) {
    if (given[option] === undefined || isAuthgear) continue;
    const fix = `Only Authgear has it, not ${profile.name}: move it to the authgear() entry.`;
    reader.report(option, typeof given[option], fix);
  }
  checkClientId(reader);
  const resolver = given['resolver'] === undefined ? undefined : readResolver(reader, urls);
  const timeout = resolver?.timeout ?? DEFAULT_TIMEOUT;
  return {
    resolver,
    proxyHeaders: given['proxyHeaders'] === undefined ? undefined : readProxyHeaders(reader),
    webhooks: given['webhooks'] === undefined ? undefined : readWebhooks(reader),
    userinfo: readUserinfo(reader, isAuthgear, timeout, urls),
  };
}

function checkClientId(reader: OptionReader): void {
  const { clientId, resolver, proxyHeaders } = reader.given;
  const { cookies, opaqueTokens } = isJsonObject(resolver) ? resolver : {};
  const hasSessions = cookies === true || opaqueTokens === true || proxyHeaders !== undefined;
  if (clientId === undefined || !hasSessions) return;
  const fix =
    'A session does not name its client, so "clientId" cannot be checked: remove one of the two.';
  reader.report('clientId and sessions', clientId, fix);
}

function readResolver(reader: OptionReader, urls: UrlReader): ResolverRules {
  const resolver = reader.object('resolver', RESOLVER_OPTIONS);
  const { method = 'GET', url, cacheFor: givenCacheFor } = resolver.given;
  if (method !== 'GET' && method !== 'HEAD') {
    resolver.report('method', method, "It must be 'GET' or 'HEAD'.");
  }
  const cacheFor = resolver.time('cacheFor', '5s', 'may be 0');
  if (cacheFor > MAX_CACHED) {
    const fix = 'The maximum is 60 s: a session that has ended is accepted for up to this long.';
    resolver.report('cacheFor', givenCacheFor, fix);
  }
  const address =
    url === undefined ? `${String(urls.issuer)}/_resolver/resolve` : readUrl(resolver, 'url', urls);
  return {
    cookies: resolver.flag('cookies'),
    opaqueTokens: resolver.flag('opaqueTokens'),
    cacheFor,
    timeout: resolver.time('timeout', '5s'),
    url: address,
    publicOrigin: publicOriginOf(urls.issuer, address),
    method: method === 'HEAD' ? 'HEAD' : 'GET',
    ...readCookieRules(resolver),
  };
}

function readProxyHeaders(reader: OptionReader): ProxyRules {
  const proxy = reader.object('proxyHeaders', PROXY_OPTIONS);
  const isRequired = proxy.flag('required');
  return { proof: readProxyProof(reader, proxy), isRequired, ...readCookieRules(proxy) };
}

/** Reads the secret or the function. Exactly one is required. */
function readProxyProof(reader: OptionReader, proxy: OptionReader): ProxyProofRules {
  const { secret, trust, secretHeader } = proxy.given;
  if (secretHeader !== undefined && trust !== undefined) {
    proxy.report('secretHeader', secretHeader, 'It has no effect together with "trust".');
  }
  if (isSecret(secret) && trust === undefined) {
    const header = readSecretHeader(proxy);
    return { kind: 'secret', header, digest: Buffer.from(sha256(secret)) };
  }
  if (typeof trust === 'function' && secret === undefined) {
    return { kind: 'trust', trust: trust as (request: ReadableRequest) => boolean };
  }
  const fix =
    'Without proof, a client could set the headers: set either "secret" ' +
    `(at least ${MIN_SECRET_LENGTH} visible ASCII characters) or the function "trust".`;
  reader.report('proxyHeaders', `secret: ${typeof secret}, trust: ${typeof trust}`, fix);
  return { kind: 'none' };
}

function isSecret(given: unknown): given is string {
  return (
    typeof given === 'string' && given.length >= MIN_SECRET_LENGTH && /^[\x21-\x7e]+$/.test(given)
  );
}

function readSecretHeader(proxy: OptionReader): string {
  const { secretHeader = DEFAULT_SECRET_HEADER } = proxy.given;
  if (isHeaderName(secretHeader)) return secretHeader.toLowerCase();
  const fix = 'It must be the name of a header other than Authorization.';
  proxy.report('secretHeader', secretHeader, fix);
  return DEFAULT_SECRET_HEADER;
}

function readWebhooks(reader: OptionReader): WebhookRules {
  const webhooks = reader.object('webhooks', ['path', 'secret']);
  const { path, secret } = webhooks.given;
  if (typeof path !== 'string' || !/^\/[\w./~-]+$/.test(path)) {
    const fix = "It must be a path without parameters, such as '/authgear/webhooks'.";
    webhooks.report('path', path, fix);
  }
  const key = readWebhookKey(secret);
  if (key === undefined || key.length < MIN_SECRET_LENGTH) {
    const fix =
      'Copy the webhook secret from the portal, or its JWK ({ kty: "oct", k }) from ' +
      'authgear.secrets.yaml.';
    webhooks.report('secret', typeof secret, fix);
  }
  return { path: String(path), key: key ?? Buffer.alloc(0) };
}

/** Reads the portal's secret as text, or a JWK with base64url bytes (RFC 7518 section 6.4). */
function readWebhookKey(secret: unknown): Buffer | undefined {
  if (typeof secret === 'string') return Buffer.from(secret);
  if (!isJsonObject(secret)) return undefined;
  const { kty, k } = secret;
  const isOct = kty === 'oct' && typeof k === 'string' && /^[\w-]+$/.test(k);
  return isOct ? Buffer.from(k, 'base64url') : undefined;
}

function readUserinfo(
  reader: OptionReader,
  isAuthgear: boolean,
  timeout: number,
  urls: UrlReader,
): UserinfoAddress | undefined {
  if (reader.given['userinfoUrl'] !== undefined) {
    const url = readUrl(reader, 'userinfoUrl', urls);
    return { url, publicOrigin: publicOriginOf(urls.issuer, url), timeout };
  }
  if (!isAuthgear) return undefined;
  return { url: `${String(urls.issuer)}/oauth2/userinfo`, publicOrigin: undefined, timeout };
}

/** The origin of the issuer, if the URL has another one. */
function publicOriginOf(issuer: unknown, url: string): string | undefined {
  const origin = typeof issuer === 'string' ? parseHttpUrl(issuer)?.origin : undefined;
  return origin === parseHttpUrl(url)?.origin ? undefined : origin;
}

/** The options that decide whether credentials may be sent to a URL. */
interface UrlReader {
  readonly issuer: unknown;
  readonly allowInsecure: boolean;
}

function readUrl(
  reader: OptionReader,
  option: string,
  { issuer, allowInsecure }: UrlReader,
): string {
  const { [option]: given } = reader.given;
  const url = typeof given === 'string' ? parseHttpUrl(given) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '' || url.hash !== '') {
    const fix = 'It must be an absolute https URL without user, password or fragment.';
    reader.report(option, given, fix);
  } else if (typeof issuer === 'string' && !isTrustworthy(url, issuer, allowInsecure)) {
    reader.report(option, given, 'Use https: credentials are sent there.');
  }
  return String(given);
}

function readCookieRules(reader: OptionReader): CookieRules {
  const { cookiePrefix = '', allowedOrigins = [] } = reader.given;
  const isPrefix = typeof cookiePrefix === 'string' && COOKIE_NAME.test(cookiePrefix);
  if (!isPrefix) {
    reader.report('cookiePrefix', cookiePrefix, 'It must be the prefix of the cookie names.');
  }
  const areOrigins = Array.isArray(allowedOrigins) && allowedOrigins.every(isOrigin);
  if (!areOrigins) {
    const fix =
      "It must be a list of exact origins, such as 'https://app.my-company.example', without a " +
      'path or trailing slash.';
    reader.report('allowedOrigins', allowedOrigins, fix);
  }
  return {
    cookiePrefix: isPrefix ? cookiePrefix : '',
    allowedOrigins: areOrigins ? allowedOrigins : [],
  };
}

function isOrigin(given: unknown): given is string {
  return typeof given === 'string' && parseHttpUrl(given)?.origin === given;
}
