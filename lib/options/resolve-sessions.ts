import { authgearProfile } from '../core/issuer/authgear.js';
import type { ResolverRules, TrustedIssuer, WebhookRules } from '../core/issuer/issuer.js';
import type { IssuerProfile } from '../core/issuer/profile.js';
import { isJsonObject } from '../core/types.js';
import { isTrustworthy, parseHttpUrl } from '../core/urls.js';
import {
  DEFAULT_SECRET_HEADER,
  digestOf,
  type ProxyRules,
} from '../credentials/proxy/proxy-headers.js';
import { isHeaderName, readFlag, readObject, readTime } from './option-reader.js';
import type { IssuerOptions } from './options.js';
import type { Problems } from './problems.js';

const MAX_CACHED = 60_000;
const SHORTEST_SECRET = 16;
/** For the userinfo endpoint of an issuer without `resolver`. */
const DEFAULT_TIMEOUT = 5_000;

const RESOLVER_OPTIONS = [
  'cookies',
  'opaqueTokens',
  'cacheFor',
  'timeout',
  'url',
  'method',
  'cookiePrefix',
  'allowedOrigins',
];
const PROXY_OPTIONS = ['secret', 'secretHeader', 'trust', 'cookiePrefix', 'allowedOrigins'];
const COOKIE_NAME = /^[\w!#$%&'*+.^`|~-]*$/;

/** What an issuer is asked beside its keys. */
export type SessionRules = Pick<
  TrustedIssuer,
  'resolver' | 'proxyHeaders' | 'webhooks' | 'userinfo'
>;
type Named = (option: string) => string;

/** Checks the options of one issuer that are about sessions. */
export function resolveSessions(
  named: Named,
  given: IssuerOptions,
  profile: IssuerProfile,
  allowInsecure: boolean,
  problems: Problems,
): SessionRules {
  for (const option of ['resolver', 'proxyHeaders', 'webhooks'] as const) {
    if (given[option] !== undefined && profile !== authgearProfile) {
      problems.add(
        named(option),
        typeof given[option],
        `Only Authgear has it, not ${profile.name}: write it into the authgear() entry.`,
      );
    }
  }
  const { cookies, opaqueTokens } = given.resolver ?? {};
  if (
    given.clientId !== undefined &&
    (cookies === true || opaqueTokens === true || given.proxyHeaders !== undefined)
  ) {
    const fix =
      'A session does not name its client, so "clientId" cannot be enforced: remove one of ' +
      'the two.';
    problems.add(named('clientId and sessions'), given.clientId, fix);
  }
  const secure = { issuer: given.issuer, allowInsecure };
  const resolver =
    given.resolver === undefined
      ? undefined
      : readResolver(named('resolver'), given.resolver, secure, problems);
  return {
    resolver,
    proxyHeaders:
      given.proxyHeaders === undefined
        ? undefined
        : readProxyHeaders(named('proxyHeaders'), given.proxyHeaders, problems),
    webhooks:
      given.webhooks === undefined
        ? undefined
        : readWebhooks(named('webhooks'), given.webhooks, problems),
    userinfo: readUserinfo(
      named('userinfoUrl'),
      given,
      profile,
      resolver?.timeout ?? DEFAULT_TIMEOUT,
      secure,
      problems,
    ),
  };
}

interface Secure {
  readonly issuer: unknown;
  readonly allowInsecure: boolean;
}

function readResolver(
  option: string,
  given: unknown,
  secure: Secure,
  problems: Problems,
): ResolverRules {
  const options = readObject(option, given, RESOLVER_OPTIONS, problems);
  const { method = 'GET', url } = options;
  if (method !== 'GET' && method !== 'HEAD')
    problems.add(`${option}.method`, method, "It is 'GET' or 'HEAD'.");
  const cacheFor = readTime(`${option}.cacheFor`, options['cacheFor'], '5s', problems, 'may be 0');
  if (cacheFor > MAX_CACHED)
    problems.add(
      `${option}.cacheFor`,
      options['cacheFor'],
      '60 s at most: a session that ended is accepted for up to this long.',
    );
  return {
    cookies: readFlag(`${option}.cookies`, options['cookies'], problems),
    opaqueTokens: readFlag(`${option}.opaqueTokens`, options['opaqueTokens'], problems),
    cacheFor,
    timeout: readTime(`${option}.timeout`, options['timeout'], '5s', problems),
    url:
      url === undefined
        ? `${String(secure.issuer)}/_resolver/resolve`
        : readUrl(`${option}.url`, url, secure, problems),
    method: method === 'HEAD' ? 'HEAD' : 'GET',
    cookiePrefix: readCookiePrefix(`${option}.cookiePrefix`, options['cookiePrefix'], problems),
    allowedOrigins: readOrigins(`${option}.allowedOrigins`, options['allowedOrigins'], problems),
  };
}

function readProxyHeaders(option: string, given: unknown, problems: Problems): ProxyRules {
  const options = readObject(option, given, PROXY_OPTIONS, problems);
  const { secret, trust, secretHeader = DEFAULT_SECRET_HEADER } = options;
  const hasSecret =
    typeof secret === 'string' && secret.length >= SHORTEST_SECRET && /^[\x21-\x7e]+$/.test(secret);
  const hasTrust = typeof trust === 'function';
  if (
    hasSecret === hasTrust ||
    (secret !== undefined && !hasSecret) ||
    (trust !== undefined && !hasTrust)
  ) {
    const fix =
      `Without proof that a proxy set them, headers are the client's: give "secret" ` +
      `(${SHORTEST_SECRET} visible characters at least), or the function "trust", and not both.`;
    problems.add(option, `secret: ${typeof secret}, trust: ${typeof trust}`, fix);
  }
  if (hasTrust && options['secretHeader'] !== undefined)
    problems.add(`${option}.secretHeader`, secretHeader, 'It has no effect together with "trust".');
  if (!isHeaderName(secretHeader))
    problems.add(
      `${option}.secretHeader`,
      secretHeader,
      'It is the name of a header, any but Authorization.',
    );
  return {
    secretDigest: hasSecret ? digestOf(secret) : undefined,
    secretHeader: String(secretHeader).toLowerCase(),
    trust: hasTrust ? (trust as ProxyRules['trust']) : undefined,
    cookiePrefix: readCookiePrefix(`${option}.cookiePrefix`, options['cookiePrefix'], problems),
    allowedOrigins: readOrigins(`${option}.allowedOrigins`, options['allowedOrigins'], problems),
  };
}

function readWebhooks(option: string, given: unknown, problems: Problems): WebhookRules {
  const { path, secret } = readObject(option, given, ['path', 'secret'], problems);
  if (typeof path !== 'string' || !/^\/[\w./~-]+$/.test(path)) {
    problems.add(
      `${option}.path`,
      path,
      "It is a path without parameters, such as '/authgear/webhooks'.",
    );
  }
  const key = isJsonObject(secret)
    ? readOctKey(secret)
    : typeof secret === 'string'
      ? Buffer.from(secret)
      : undefined;
  if (key === undefined || key.length < SHORTEST_SECRET) {
    problems.add(
      `${option}.secret`,
      typeof secret,
      'Copy the webhook secret of the portal, or its JWK ({ kty: "oct", k }) of ' +
        'authgear.secrets.yaml.',
    );
  }
  return { path: String(path), key: key ?? Buffer.alloc(0) };
}

/** RFC 7518 section 6.4: the bytes stand in base64url. */
function readOctKey({
  kty,
  k,
}: {
  readonly kty?: unknown;
  readonly k?: unknown;
}): Buffer | undefined {
  return kty === 'oct' && typeof k === 'string' && /^[\w-]+$/.test(k)
    ? Buffer.from(k, 'base64url')
    : undefined;
}

function readUserinfo(
  option: string,
  { issuer, userinfoUrl }: IssuerOptions,
  profile: IssuerProfile,
  timeout: number,
  secure: Secure,
  problems: Problems,
): SessionRules['userinfo'] {
  if (userinfoUrl !== undefined)
    return { url: readUrl(option, userinfoUrl, secure, problems), timeout };
  return profile === authgearProfile ? { url: `${issuer}/oauth2/userinfo`, timeout } : undefined;
}

function readUrl(
  option: string,
  given: unknown,
  { issuer, allowInsecure }: Secure,
  problems: Problems,
): string {
  const url = typeof given === 'string' ? parseHttpUrl(given) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '' || url.hash !== '') {
    problems.add(
      option,
      given,
      'It must be an absolute https URL, without user, password and fragment.',
    );
  } else if (typeof issuer === 'string' && !isTrustworthy(url, issuer, allowInsecure)) {
    problems.add(option, given, 'Use https: credentials are sent there.');
  }
  return String(given);
}

function readCookiePrefix(option: string, given: unknown, problems: Problems): string {
  if (given === undefined) return '';
  if (typeof given === 'string' && COOKIE_NAME.test(given)) return given;
  problems.add(option, given, 'It is what stands before the names of the cookies.');
  return '';
}

function readOrigins(option: string, given: unknown, problems: Problems): readonly string[] {
  if (given === undefined) return [];
  if (!Array.isArray(given) || !given.every(isOrigin)) {
    problems.add(
      option,
      given,
      "It is a list of exact origins, such as 'https://app.my-company.example', without a " +
        'path or a slash at the end.',
    );
    return [];
  }
  return given;
}

function isOrigin(given: unknown): given is string {
  return typeof given === 'string' && parseHttpUrl(given)?.origin === given;
}
