import {
  algorithms as allAlgorithms,
  isAlgorithm,
  type Algorithm,
} from '../core/crypto/algorithms.js';
import { toSeconds } from '../core/duration.js';
import { authgearProfile } from '../core/issuer/authgear.js';
import type { TrustedIssuer } from '../core/issuer/issuer.js';
import type { IssuerProfile } from '../core/issuer/profile.js';
import { isPublicJwk } from '../core/keys/key-set.js';
import { MAX_CLOCK_TOLERANCE } from '../core/token/claim-rules.js';
import { normalizeTyp } from '../core/token/header-rules.js';
import { isJsonObject } from '../core/types.js';
import { isLoopback, isTrustworthy, parseHttpUrl } from '../core/urls.js';
import { isHeaderName, readFlag, readNames } from './option-reader.js';
import type { IssuerOptions } from './options.js';
import type { Problems } from './problems.js';
import { profileOf } from './profiles.js';
import { resolveSessions, type SessionRules } from './resolve-sessions.js';

/** An issuer and where its keys come from. */
export interface IssuerConfig {
  readonly issuer: TrustedIssuer;
  readonly metadataUrl: string | undefined;
  readonly jwksUri: string | undefined;
  readonly jwks: unknown;
  readonly allowInsecure: boolean;
}

/** The options that may stand per issuer. */
export const issuerOptionNames: readonly string[] = Object.keys({
  issuer: true,
  audience: true,
  clientId: true,
  algorithms: true,
  typ: true,
  requiredClaims: true,
  clockTolerance: true,
  idToken: true,
  metadataUrl: true,
  jwksUri: true,
  jwks: true,
  resolver: true,
  proxyHeaders: true,
  webhooks: true,
  userinfoUrl: true,
  allowInsecure: true,
  profile: true,
} satisfies Record<keyof IssuerOptions, true>);

const ALWAYS_REQUIRED = ['iss', 'exp', 'iat', 'sub'];

/**
 * Checks the options of one issuer and fills in its profile's defaults. `prefix` says which entry
 * it is.
 */
export function resolveIssuer(given: IssuerOptions, prefix: string, problems: Problems): IssuerConfig {
  const named = (option: string) => `${prefix}${option}`;
  const profile = profileOf(given.profile) ?? authgearProfile;
  if (profileOf(given.profile) === undefined)
    problems.add(
      named('profile'),
      typeof given.profile,
      'It is set by authgear(), authpi() or oidc().',
    );

  for (const { option, received, fix } of profile.optionProblems)
    problems.add(named(option), received, fix);
  const allowInsecure = readFlag(named('allowInsecure'), given.allowInsecure, problems);
  checkIssuer(named('issuer'), given.issuer, profile, allowInsecure, problems);
  checkAddresses(named, given, allowInsecure, problems);
  const { metadataUrl, jwksUri, jwks } = given;
  const issuer = {
    ...readRules(named, given, profile, problems),
    ...resolveSessions(named, given, profile, allowInsecure, problems),
  };
  return { issuer, metadataUrl, jwksUri, jwks, allowInsecure };
}

function readRules(
  named: (option: string) => string,
  given: IssuerOptions,
  profile: IssuerProfile,
  problems: Problems,
): Omit<TrustedIssuer, keyof SessionRules> {
  const { audience, clientId, algorithms, typ = 'at+jwt', requiredClaims, clockTolerance } = given;
  const own =
    requiredClaims === undefined
      ? []
      : checkRequiredClaims(named('requiredClaims'), requiredClaims, problems);
  return {
    issuer: given.issuer,
    profile,
    audience: readNames(
      named('audience'),
      audience,
      problems,
      'Set it to the API that tokens are meant for; for Authgear user tokens, the issuer.',
    ),
    clientId:
      clientId === undefined
        ? undefined
        : readNames(
            named('clientId'),
            clientId,
            problems,
            'List the accepted clients, or omit it.',
          ),
    algorithms:
      algorithms === undefined
        ? profile.algorithms
        : checkAlgorithms(named('algorithms'), algorithms, problems),
    typ:
      typ === 'any'
        ? 'any'
        : readNames(named('typ'), typ, problems, "Name the types, or 'any'.").map(normalizeTyp),
    requiredClaims: [
      ...new Set([...ALWAYS_REQUIRED, profile.audienceClaim, ...profile.requiredClaims, ...own]),
    ],
    clockTolerance: checkTolerance(named('clockTolerance'), clockTolerance, problems),
    idToken: checkIdToken(named('idToken'), given.idToken, problems),
  };
}

function checkIssuer(
  option: string,
  issuer: unknown,
  profile: IssuerProfile,
  allowInsecure: boolean,
  problems: Problems,
): void {
  if (typeof issuer !== 'string' || issuer === '') {
    return problems.add(
      option,
      issuer,
      'Set it to the exact "iss" of the tokens, such as "https://my-app.authgear.cloud".',
    );
  }
  const url = parseHttpUrl(issuer);
  if (url === undefined) return problems.add(option, issuer, 'It must be an absolute https URL.');
  const problem = profile.findIssuerProblem(url, issuer);
  if (problem !== undefined) problems.add(option, issuer, `${problem}.`);
  if (url.protocol === 'http:' && !allowInsecure && !isLoopback(url)) {
    problems.add(
      option,
      issuer,
      'Plain http is refused off loopback: use https (or, never in production, ' +
        'allowInsecure: true).',
    );
  }
}

function checkAddresses(
  named: (option: string) => string,
  given: IssuerOptions,
  allowInsecure: boolean,
  problems: Problems,
): void {
  const { issuer, metadataUrl, jwksUri, jwks } = given;
  for (const [name, value] of Object.entries({ metadataUrl, jwksUri })) {
    if (value === undefined) continue;
    const url = typeof value === 'string' ? parseHttpUrl(value) : undefined;
    if (url === undefined) problems.add(named(name), value, 'It must be an absolute https URL.');
    else if (url.username !== '' || url.password !== '')
      problems.add(named(name), value, 'Take user and password away: nothing sends them.');
    else if (typeof issuer === 'string' && !isTrustworthy(url, issuer, allowInsecure)) {
      problems.add(
        named(name),
        value,
        'Use https: an https issuer never gets its keys over http, and an http one only from ' +
          'loopback.',
      );
    }
  }
  const origins = Object.entries({ metadataUrl, jwksUri, jwks }).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  );
  if (origins.length > 1)
    problems.add(named(origins.join(' and ')), origins, 'They contradict each other: keep one.');
  if (jwks !== undefined) checkJwks(named('jwks'), jwks, problems);
}

function checkJwks(option: string, jwks: unknown, problems: Problems): void {
  if (!isJsonObject(jwks) || !Array.isArray(jwks['keys']) || jwks['keys'].length === 0) {
    problems.add(
      option,
      typeof jwks,
      'It must be a JWK Set with at least one key: { keys: [...] }.',
    );
  } else if (!jwks['keys'].every(isPublicJwk)) {
    problems.add(
      option,
      'a key that is not a public one',
      'List public keys only, without "d" and "k": whoever verifies must not be able to sign.',
    );
  }
}

function checkAlgorithms(option: string, given: unknown, problems: Problems): readonly Algorithm[] {
  if (!Array.isArray(given) || given.length === 0) {
    problems.add(option, given, `List at least one of ${allAlgorithms.join(', ')}.`);
    return [];
  }
  for (const algorithm of given) {
    if (isAlgorithm(algorithm)) continue;
    const forbidden = typeof algorithm === 'string' && /^(?:none|HS\d+)$/i.test(algorithm);
    const fix = forbidden
      ? 'It can never be allowed: whoever verifies could also sign.'
      : 'There is no such algorithm here.';
    problems.add(option, algorithm, `${fix} Choose from ${allAlgorithms.join(', ')}.`);
  }
  return given.filter(isAlgorithm);
}

function checkRequiredClaims(
  option: string,
  given: unknown,
  problems: Problems,
): readonly string[] {
  if (Array.isArray(given) && given.every((name) => typeof name === 'string' && name !== ''))
    return given as string[];
  problems.add(option, given, 'It must be a list of claim names.');
  return [];
}

function checkIdToken(option: string, given: unknown, problems: Problems): unknown {
  if (given === undefined) return undefined;
  const { header, from } = isJsonObject(given) ? given : {};
  const isHeader = isHeaderName(header) && from === undefined;
  if (!isHeader && !(typeof from === 'function' && header === undefined)) {
    problems.add(
      option,
      given,
      "It is { header: 'x-id-token' } (any header but Authorization) or { from: (request) => … }.",
    );
  }
  return given;
}

function checkTolerance(option: string, given: unknown, problems: Problems): number {
  const seconds = given === undefined ? 5 : toSeconds(given);
  if (seconds === undefined)
    problems.add(option, given, "It must be a number of seconds or a string such as '30s'.");
  else if (seconds > MAX_CLOCK_TOLERANCE) {
    problems.add(
      option,
      given,
      `${MAX_CLOCK_TOLERANCE} s at most: synchronize the clocks (NTP) instead.`,
    );
  }
  return seconds ?? 0;
}
