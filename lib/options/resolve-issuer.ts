import { algorithms, isAlgorithm, type Algorithm } from '../core/crypto/algorithms.js';
import { toSeconds } from '../core/duration.js';
import { authgearProfile } from '../core/issuer/authgear.js';
import type { TrustedIssuer } from '../core/issuer/issuer.js';
import type { IssuerProfile } from '../core/issuer/profile.js';
import { isPublicJwk } from '../core/keys/key-set.js';
import { MAX_CLOCK_TOLERANCE } from '../core/token/claim-rules.js';
import { normalizeTyp } from '../core/token/header-rules.js';
import { isJsonObject, isName } from '../core/types.js';
import { isLoopback, isTrustworthy, parseHttpUrl } from '../core/urls.js';
import type { IdTokenSource } from './contracts.js';
import { isHeaderName, type OptionReader } from './option-reader.js';
import type { IssuerOptions } from './options.js';
import { profileOf } from './profiles.js';
import { resolveSessions, type SessionRules } from './resolve-sessions.js';

/** A trusted issuer with all of its checked options, except the sources of its keys. */
export interface IssuerRules extends TrustedIssuer, SessionRules {
  /** Where requests carry an ID token; `undefined` when none is read. */
  readonly idToken: IdTokenSource | undefined;
}

/** An issuer and the sources of its keys. */
export interface IssuerConfig {
  readonly issuer: IssuerRules;
  readonly metadataUrl: string | undefined;
  readonly jwksUri: string | undefined;
  readonly jwks: unknown;
  readonly allowInsecure: boolean;
}

/** The names of the options of an issuer. */
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
const AUDIENCE_FIX =
  'Set it to the API that the tokens are for; for Authgear user tokens, to the issuer.';

/** Reads the options of one issuer and fills in the defaults of its profile. */
export function resolveIssuer(reader: OptionReader): IssuerConfig {
  const profile = readProfile(reader);
  const allowInsecure = reader.flag('allowInsecure');
  const issuer = readIssuer(reader, profile, allowInsecure);
  return {
    issuer: {
      issuer,
      profile,
      audience: reader.names('audience', AUDIENCE_FIX),
      clientId: readClientId(reader),
      algorithms: readAlgorithms(reader, profile),
      typ: readTyp(reader),
      requiredClaims: readRequiredClaims(reader, profile),
      clockTolerance: readTolerance(reader),
      idToken: readIdToken(reader),
      ...resolveSessions(reader, profile, allowInsecure),
    },
    ...readKeyAddresses(reader, issuer, allowInsecure),
    allowInsecure,
  };
}

function readProfile(reader: OptionReader): IssuerProfile {
  const { profile: given } = reader.given;
  const profile = profileOf(given);
  if (profile === undefined) {
    reader.report('profile', typeof given, 'Use authgear(), authpi() or oidc() to set it.');
    return authgearProfile;
  }
  for (const { option, received, fix } of profile.optionProblems) {
    reader.report(option, received, fix);
  }
  return profile;
}

function readIssuer(reader: OptionReader, profile: IssuerProfile, allowInsecure: boolean): string {
  const { issuer } = reader.given;
  const report = (fix: string): void => reader.report('issuer', issuer, fix);
  if (!isName(issuer)) {
    report('Set it to the exact "iss" of the tokens, such as "https://my-app.authgear.cloud".');
    return '';
  }
  const url = parseHttpUrl(issuer);
  if (url === undefined) {
    report('It must be an absolute https URL.');
    return issuer;
  }
  const problem = profile.findIssuerProblem(url, issuer);
  if (problem !== undefined) report(`${problem}.`);
  if (url.protocol === 'http:' && !allowInsecure && !isLoopback(url)) {
    report(
      'Plain http is allowed only on loopback: use https, or allowInsecure: true (never in ' +
        'production).',
    );
  }
  return issuer;
}

function readClientId(reader: OptionReader): readonly string[] | undefined {
  if (reader.given['clientId'] === undefined) return undefined;
  return reader.names('clientId', 'List the accepted clients, or omit it.');
}

function readAlgorithms(reader: OptionReader, profile: IssuerProfile): readonly Algorithm[] {
  const { algorithms: given = profile.algorithms } = reader.given;
  if (!Array.isArray(given) || given.length === 0) {
    reader.report('algorithms', given, `List at least one of ${algorithms.join(', ')}.`);
    return [];
  }
  for (const algorithm of given) {
    if (isAlgorithm(algorithm)) continue;
    const isForbidden = typeof algorithm === 'string' && /^(?:none|HS\d+)$/i.test(algorithm);
    const problem = isForbidden
      ? 'It can never be allowed: anyone who can verify such tokens can also forge them.'
      : 'This algorithm is not supported.';
    reader.report('algorithms', algorithm, `${problem} Choose from ${algorithms.join(', ')}.`);
  }
  return given.filter(isAlgorithm);
}

function readTyp(reader: OptionReader): TrustedIssuer['typ'] {
  const { typ } = reader.given;
  if (typ === undefined) return ['at+jwt'];
  return typ === 'any' ? 'any' : reader.names('typ', "List the types, or 'any'.").map(normalizeTyp);
}

function readRequiredClaims(reader: OptionReader, profile: IssuerProfile): readonly string[] {
  const { requiredClaims: given = [] } = reader.given;
  const areNames = Array.isArray(given) && given.every(isName);
  if (!areNames) reader.report('requiredClaims', given, 'It must be a list of claim names.');
  const own: readonly string[] = areNames ? given : [];
  return [
    ...new Set([...ALWAYS_REQUIRED, profile.audienceClaim, ...profile.requiredClaims, ...own]),
  ];
}

/** Seconds. */
function readTolerance(reader: OptionReader): number {
  const { clockTolerance: given = 5 } = reader.given;
  const seconds = toSeconds(given);
  if (seconds === undefined) {
    const fix = "It must be a number of seconds or a string such as '30s'.";
    reader.report('clockTolerance', given, fix);
  } else if (seconds > MAX_CLOCK_TOLERANCE) {
    const fix = `The maximum is ${MAX_CLOCK_TOLERANCE} s: synchronize the clocks (NTP) instead.`;
    reader.report('clockTolerance', given, fix);
  }
  return seconds ?? 0;
}

function readIdToken(reader: OptionReader): IdTokenSource | undefined {
  const { idToken: given } = reader.given;
  if (given === undefined) return undefined;
  const { header, from } = isJsonObject(given) ? given : {};
  if (isHeaderName(header) && from === undefined) return { header };
  if (typeof from === 'function' && header === undefined) return given as unknown as IdTokenSource;
  const fix =
    "It must be { header: 'x-id-token' } (any header except Authorization) or " +
    '{ from: (request) => … }.';
  reader.report('idToken', given, fix);
  return undefined;
}

function readKeyAddresses(
  reader: OptionReader,
  issuer: string,
  allowInsecure: boolean,
): Pick<IssuerConfig, 'metadataUrl' | 'jwksUri' | 'jwks'> {
  const { metadataUrl, jwksUri, jwks } = reader.given;
  const sources = Object.entries({ metadataUrl, jwksUri, jwks }).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  );
  if (sources.length > 1) {
    reader.report(sources.join(' and '), sources, 'They cannot be combined: keep one.');
  }
  if (jwks !== undefined) checkJwks(reader, jwks);
  return {
    metadataUrl: readKeyUrl(reader, 'metadataUrl', issuer, allowInsecure),
    jwksUri: readKeyUrl(reader, 'jwksUri', issuer, allowInsecure),
    jwks,
  };
}

function readKeyUrl(
  reader: OptionReader,
  option: 'metadataUrl' | 'jwksUri',
  issuer: string,
  allowInsecure: boolean,
): string | undefined {
  const { [option]: given } = reader.given;
  if (given === undefined) return undefined;
  const report = (fix: string): void => reader.report(option, given, fix);
  const url = typeof given === 'string' ? parseHttpUrl(given) : undefined;
  if (url === undefined) {
    report('It must be an absolute https URL.');
  } else if (url.username !== '' || url.password !== '') {
    report('Remove user and password: they are never sent.');
  } else if (issuer !== '' && !isTrustworthy(url, issuer, allowInsecure)) {
    report(
      'Use https: the keys of an https issuer are never fetched over http, and those of an http ' +
        'issuer only from loopback.',
    );
  }
  return typeof given === 'string' ? given : undefined;
}

function checkJwks(reader: OptionReader, jwks: unknown): void {
  if (!isJsonObject(jwks) || !Array.isArray(jwks['keys']) || jwks['keys'].length === 0) {
    const fix = 'It must be a JWK Set with at least one key: { keys: [...] }.';
    reader.report('jwks', typeof jwks, fix);
  } else if (!jwks['keys'].every(isPublicJwk)) {
    const fix =
      'List only public keys, without "d" and "k": this API must not be able to sign tokens.';
    reader.report('jwks', 'a key that is not public', fix);
  }
}
