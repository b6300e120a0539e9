import { Logger, type LoggerService } from '@nestjs/common';
import { algorithms as allAlgorithms, isAlgorithm, type Algorithm } from '../core/algorithms.js';
import { systemClock, type Clock } from '../core/clock.js';
import { toSeconds } from '../core/duration.js';
import type { Fetch } from '../core/http.js';
import { authgearProfile } from '../core/issuer/authgear.js';
import type { TrustedIssuer } from '../core/issuer/issuer.js';
import type { IssuerProfile } from '../core/issuer/profile.js';
import type { KeyPolicy } from '../core/keys/freshness.js';
import { isPublicJwk } from '../core/keys/key-set.js';
import { normalizeTyp } from '../core/token/header-rules.js';
import { isJsonObject } from '../core/types.js';
import { isLoopback, isTrustworthy, parseHttpUrl } from '../core/urls.js';
import type { AuthgearModuleOptions, KeysOptions } from './options.js';
import { Problems } from './problems.js';

/** Where an issuer's keys come from. */
export interface KeyOrigin {
  readonly issuer: TrustedIssuer;
  readonly metadataUrl: string | undefined;
  readonly jwksUri: string | undefined;
  readonly jwks: unknown;
  readonly allowInsecure: boolean;
}

/** The options, checked and complete. Times in milliseconds. */
export interface ResolvedOptions {
  readonly issuers: readonly KeyOrigin[];
  readonly keys: KeyPolicy & { readonly timeout: number };
  readonly failFast: boolean;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly logger: LoggerService;
}

const ALWAYS_REQUIRED = ['iss', 'aud', 'exp', 'iat', 'sub'];
const MAX_CLOCK_TOLERANCE = 120;

/** Checks the options and fills in the defaults. Throws `configuration_invalid` with every problem that there is. */
export function resolveOptions(options: AuthgearModuleOptions | undefined): ResolvedOptions {
  const problems = new Problems();
  if (!isJsonObject(options)) {
    problems.add('options', options, 'Pass an object: AuthgearModule.forRoot({ issuer, audience }).');
    problems.throwIfAny();
  }
  const given = (options ?? {}) as AuthgearModuleOptions;
  checkNames(given, problems);
  const resolved: ResolvedOptions = {
    issuers: [resolveIssuer(given, authgearProfile, problems)],
    keys: resolveKeys(given.keys, problems),
    failFast: flag('failFast', given.failFast, problems),
    fetch: callable('fetch', given.fetch, problems) ?? ((url, init) => globalThis.fetch(url, init)),
    clock: callable('clock', given.clock, problems) ?? systemClock,
    logger: given.logger ?? new Logger('Authgear'),
  };
  problems.throwIfAny();
  return resolved;
}

function resolveIssuer(given: AuthgearModuleOptions, profile: IssuerProfile, problems: Problems): KeyOrigin {
  const allowInsecure = flag('allowInsecure', given.allowInsecure, problems);
  checkIssuer(given.issuer, profile, allowInsecure, problems);
  checkAddresses(given, allowInsecure, problems);
  return {
    issuer: {
      issuer: given.issuer,
      profile,
      audience:
        readNames('audience', given.audience, problems, 'Set it to the API that tokens are meant for; for Authgear user tokens, the issuer.') ?? [],
      clientId:
        given.clientId === undefined ? undefined : readNames('clientId', given.clientId, problems, 'List the accepted clients, or leave it away.'),
      algorithms: given.algorithms === undefined ? profile.algorithms : checkAlgorithms(given.algorithms, problems),
      typ: given.typ === 'any' ? 'any' : (readNames('typ', given.typ ?? 'at+jwt', problems, "Name the types, or 'any'.") ?? []).map(normalizeTyp),
      requiredClaims: [
        ...new Set([
          ...ALWAYS_REQUIRED,
          ...profile.requiredClaims,
          ...(given.requiredClaims === undefined ? [] : checkRequiredClaims(given.requiredClaims, problems)),
        ]),
      ],
      clockTolerance: checkTolerance(given.clockTolerance, problems),
    },
    metadataUrl: given.metadataUrl,
    jwksUri: given.jwksUri,
    jwks: given.jwks,
    allowInsecure,
  };
}

function checkIssuer(issuer: unknown, profile: IssuerProfile, allowInsecure: boolean, problems: Problems): void {
  if (typeof issuer !== 'string' || issuer === '') {
    return problems.add('issuer', issuer, 'Set it to the exact "iss" of the tokens, such as "https://my-app.authgear.cloud".');
  }
  const url = parseHttpUrl(issuer);
  if (url === undefined) return problems.add('issuer', issuer, 'It must be an absolute https URL.');
  const problem = profile.findIssuerProblem(url, issuer);
  if (problem !== undefined) problems.add('issuer', issuer, `${problem}.`);
  if (url.protocol === 'http:' && !allowInsecure && !isLoopback(url)) {
    problems.add('issuer', issuer, 'Plain http is refused off loopback: use https (or, never in production, allowInsecure: true).');
  }
}

function checkAddresses(given: AuthgearModuleOptions, allowInsecure: boolean, problems: Problems): void {
  const { issuer, metadataUrl, jwksUri, jwks } = given;
  for (const [name, value] of Object.entries({ metadataUrl, jwksUri })) {
    if (value === undefined) continue;
    const url = typeof value === 'string' ? parseHttpUrl(value) : undefined;
    if (url === undefined) problems.add(name, value, 'It must be an absolute https URL.');
    else if (typeof issuer === 'string' && !isTrustworthy(url, issuer, allowInsecure)) {
      problems.add(name, value, 'Use https: an https issuer never gets its keys over http, and an http one only from loopback.');
    }
  }
  const origins = Object.entries({ metadataUrl, jwksUri, jwks }).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (origins.length > 1) problems.add(origins.join(' and '), origins, 'They contradict each other: keep one.');
  if (jwks !== undefined && (!isJsonObject(jwks) || !Array.isArray(jwks['keys']) || jwks['keys'].length === 0)) {
    problems.add('jwks', typeof jwks, 'It must be a JWK Set with at least one key: { keys: [...] }.');
  } else if (jwks !== undefined && (jwks['keys'] as unknown[]).some((jwk) => !isPublicJwk(jwk))) {
    problems.add('jwks', 'a key that is not a public one', 'List public keys only, without "d" and "k": whoever verifies must not be able to sign.');
  }
}

function checkAlgorithms(given: unknown, problems: Problems): readonly Algorithm[] {
  if (!Array.isArray(given) || given.length === 0) {
    problems.add('algorithms', given, `List at least one of ${allAlgorithms.join(', ')}.`);
    return [];
  }
  for (const algorithm of given) {
    if (isAlgorithm(algorithm)) continue;
    const forbidden = typeof algorithm === 'string' && /^(?:none|HS\d+)$/i.test(algorithm);
    const fix = forbidden ? 'It can never be allowed: whoever verifies could also sign.' : 'There is no such algorithm here.';
    problems.add('algorithms', algorithm, `${fix} Choose from ${allAlgorithms.join(', ')}.`);
  }
  return given.filter(isAlgorithm);
}

function checkRequiredClaims(given: unknown, problems: Problems): readonly string[] {
  if (Array.isArray(given) && given.every((name) => typeof name === 'string' && name !== '')) return given as string[];
  problems.add('requiredClaims', given, 'It must be a list of claim names.');
  return [];
}

function checkTolerance(given: unknown, problems: Problems): number {
  const seconds = given === undefined ? 5 : toSeconds(given);
  if (seconds === undefined) problems.add('clockTolerance', given, "It must be a number of seconds or a string such as '30s'.");
  else if (seconds > MAX_CLOCK_TOLERANCE) {
    problems.add('clockTolerance', given, `${MAX_CLOCK_TOLERANCE} s at most: synchronize the clocks (NTP) instead.`);
  }
  return seconds ?? 0;
}

const keysDefaults = {
  defaultAge: '10m',
  minAge: '1m',
  maxAge: '1h',
  refreshAhead: '30s',
  cooldown: '30s',
  staleFor: '1h',
  timeout: '5s',
} as const satisfies Required<KeysOptions>;

type KeyTimes = { -readonly [Name in keyof typeof keysDefaults]: number };

function resolveKeys(given: unknown, problems: Problems): KeyTimes {
  const options = given ?? {};
  if (!isJsonObject(options)) problems.add('keys', given, 'It must be an object.');
  else checkKnown('keys.', options, Object.keys(keysDefaults), problems);
  const times = {} as KeyTimes;
  let readable = true;
  for (const [name, preset] of Object.entries(keysDefaults)) {
    const value = (options as Record<string, unknown>)[name];
    const seconds = toSeconds(value ?? preset);
    const mayBeZero = name === 'staleFor' || name === 'refreshAhead';
    if (seconds === undefined || (seconds === 0 && !mayBeZero)) {
      problems.add(`keys.${name}`, value, `It must be ${mayBeZero ? '' : 'more than 0, '}a number of seconds or a string such as '${preset}'.`);
      readable = false;
    }
    times[name as keyof KeyTimes] = (seconds ?? 0) * 1000;
  }
  if (readable) checkContradictions(times, problems);
  return times;
}

function checkContradictions(times: KeyTimes, problems: Problems): void {
  const seconds = (...which: (keyof KeyTimes)[]) => Object.fromEntries(which.map((name) => [name, times[name] / 1000]));
  if (times.minAge > times.maxAge) {
    problems.add('keys.minAge and keys.maxAge', seconds('minAge', 'maxAge'), 'minAge must not be longer than maxAge.');
  }
  if (times.defaultAge > times.maxAge) {
    problems.add('keys.defaultAge and keys.maxAge', seconds('defaultAge', 'maxAge'), 'defaultAge must not be longer than maxAge.');
  }
  if (times.refreshAhead + times.timeout > times.minAge) {
    const received = seconds('refreshAhead', 'timeout', 'minAge');
    problems.add('keys.refreshAhead, keys.timeout and keys.minAge', received, 'refreshAhead + timeout must fit into minAge.');
  }
}

const known: Readonly<Record<keyof AuthgearModuleOptions, true>> = {
  issuer: true,
  audience: true,
  clientId: true,
  algorithms: true,
  typ: true,
  requiredClaims: true,
  clockTolerance: true,
  metadataUrl: true,
  jwksUri: true,
  jwks: true,
  keys: true,
  failFast: true,
  allowInsecure: true,
  fetch: true,
  clock: true,
  logger: true,
};

/** A misspelt security option must not be silently without effect. */
function checkNames(given: object, problems: Problems): void {
  checkKnown('', given, [...Object.keys(known), 'globalGuard'], problems);
}

function checkKnown(prefix: string, given: object, options: readonly string[], problems: Problems): void {
  for (const [name, value] of Object.entries(given)) {
    // Not the value: it may be a secret that was meant for something else.
    if (!options.includes(name)) problems.add(`${prefix}${name}`, typeof value, `There is no such option. Known: ${options.join(', ')}.`);
  }
}

function readNames(option: string, given: unknown, problems: Problems, fix: string): readonly string[] | undefined {
  const list: unknown[] = Array.isArray(given) ? given : [given];
  if (list.length > 0 && list.every((item) => typeof item === 'string' && item !== '')) return list as string[];
  problems.add(option, given, fix);
  return undefined;
}

function flag(option: string, given: unknown, problems: Problems): boolean {
  if (given !== undefined && typeof given !== 'boolean') problems.add(option, given, 'It must be true or false.');
  return given === true;
}

function callable<T>(option: string, given: T | undefined, problems: Problems): T | undefined {
  if (given !== undefined && typeof given !== 'function') problems.add(option, given, 'It must be a function.');
  return given;
}
