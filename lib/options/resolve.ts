import { Logger, type LoggerService } from '@nestjs/common';
import { systemClock, type Clock } from '../core/clock.js';
import type { Fetch } from '../core/http.js';
import type { TrustedIssuer } from '../core/issuer/issuer.js';
import { printable } from '../core/printable.js';
import { isJsonObject } from '../core/types.js';
import { reservedNames, type AuthenticationStrategy } from './contracts.js';
import {
  checkKnown,
  readFlag,
  readFunction,
  readLogger,
  readTime,
  type Misplaced,
} from './option-reader.js';
import type {
  AuthgearModuleOptions,
  IssuerLookup,
  IssuerOptions,
  SeveralIssuersOptions,
  SharedOptions,
} from './options.js';
import { Problems } from './problems.js';
import { issuerOptionNames, resolveIssuer, type IssuerConfig } from './resolve-issuer.js';
import { resolveKeys, type KeyTimes } from './resolve-keys.js';
import { resolveRevocation, type RevocationRules } from './resolve-revocation.js';
import { resolveTokenCache, type TokenCacheSize } from './resolve-token-cache.js';

/**
 * Finds an issuer by name; its options are checked then. Throws `configuration_invalid` for bad
 * ones, and whatever the application's function throws.
 */
export type ResolvedLookup = (iss: string) => Promise<IssuerConfig | undefined>;

/** The options, checked and complete. Times in milliseconds. */
export interface ResolvedOptions {
  readonly issuers: readonly IssuerConfig[] | ResolvedLookup;
  readonly keys: KeyTimes;
  /** `undefined`: tokens count until they expire. */
  readonly maxStaleness: number | undefined;
  readonly revocation: RevocationRules;
  readonly strategies: readonly AuthenticationStrategy[];
  readonly tokenCache: TokenCacheSize;
  readonly failFast: boolean;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly logger: LoggerService;
}

/** The issuers that are known from the start; none where they are looked up. */
export function listedIssuers({
  issuers,
}: Pick<ResolvedOptions, 'issuers'>): readonly TrustedIssuer[] {
  return typeof issuers === 'function' ? [] : issuers.map(({ issuer }) => issuer);
}

const sharedOptionNames: readonly string[] = Object.keys({
  keys: true,
  maxStaleness: true,
  revocation: true,
  strategies: true,
  tokenCache: true,
  failFast: true,
  fetch: true,
  clock: true,
  logger: true,
} satisfies Record<keyof SharedOptions, true>);

const knownNames = [
  'issuers',
  ...issuerOptionNames.filter((name) => name !== 'profile'),
  ...sharedOptionNames,
];

const misplacedInOptions: Misplaced = {
  globalGuard:
    'It is read before these options are there: write it beside "useFactory", "useClass" or ' +
    '"useExisting".',
};
const misplacedInEntry: Misplaced = Object.fromEntries(
  sharedOptionNames.map((name) => [name, 'Write it beside "issuers": it is the same for all.']),
);

/**
 * Checks the options and fills in the defaults. Throws `configuration_invalid` with every problem
 * that there is.
 */
export function resolveOptions(options: AuthgearModuleOptions | undefined): ResolvedOptions {
  const problems = new Problems();
  if (!isJsonObject(options)) {
    problems.add(
      'options',
      options,
      'Import AuthgearModule.forRoot({ issuer, audience }), once, in the root module.',
    );
    problems.throwIfAny();
  }
  const given = (options ?? {}) as AuthgearModuleOptions;
  checkKnown(
    '',
    given,
    given.issuers === undefined ? [...knownNames, 'profile'] : knownNames,
    problems,
    misplacedInOptions,
  );
  const resolved: ResolvedOptions = {
    issuers:
      given.issuers === undefined
        ? [resolveIssuer(given, '', problems)]
        : resolveSeveral(given, problems),
    keys: resolveKeys(given.keys, problems),
    maxStaleness:
      given.maxStaleness === undefined
        ? undefined
        : readTime('maxStaleness', given.maxStaleness, 0, problems) / 1000,
    revocation: resolveRevocation(given.revocation, problems),
    strategies: readStrategies(given.strategies, problems),
    tokenCache: resolveTokenCache(given.tokenCache, problems),
    failFast: readFlag('failFast', given.failFast, problems),
    fetch:
      readFunction('fetch', given.fetch, problems) ?? ((url, init) => globalThis.fetch(url, init)),
    clock: readFunction('clock', given.clock, problems) ?? systemClock,
    logger: readLogger(given.logger, problems) ?? new Logger('Authgear'),
  };
  problems.throwIfAny();
  return resolved;
}

function resolveSeveral(
  given: SeveralIssuersOptions,
  problems: Problems,
): readonly IssuerConfig[] | ResolvedLookup {
  for (const name of ['issuer', 'audience', 'clientId'] as const) {
    if (given[name] !== undefined)
      problems.add(
        name,
        given[name],
        'Beside "issuers" it would apply to nobody, or to everybody: write it into the entries.',
      );
  }
  for (const [name, value] of Object.entries({
    userinfoUrl: given.userinfoUrl,
    'resolver.url': given.resolver?.url,
  })) {
    if (value !== undefined)
      problems.add(
        name,
        value,
        'Beside "issuers" the tokens of all would be sent there: write it into the entry.',
      );
  }
  const { issuers } = given;
  const presets = Object.fromEntries(
    Object.entries(given).filter(([name]) => issuerOptionNames.includes(name)),
  );
  if (typeof issuers === 'function') {
    checkPresets(presets, problems);
    checkNothingIsListed(presets, '', problems);
    if (given.failFast === true)
      problems.add(
        'failFast',
        true,
        'A function in "issuers" is asked with the first token: there are no keys to wait for.',
      );
    return resolveLookup(issuers, presets);
  }
  if (!Array.isArray(issuers) || issuers.length === 0) {
    problems.add(
      'issuers',
      issuers,
      'List at least one: [authgear({ issuer, audience })], or give a function that looks one up.',
    );
    return [];
  }
  const origins = issuers.map((entry: IssuerOptions, index) =>
    resolveEntry(entry, presets, `issuers[${index}].`, problems),
  );
  const seen = new Set<string>();
  for (const { issuer } of origins.map((origin) => origin.issuer)) {
    if (seen.has(issuer)) problems.add('issuers', issuer, 'Each issuer may be listed once.');
    seen.add(issuer);
  }
  checkOnlyOne(origins, problems);
  return origins;
}

/** A cookie, an opaque token and a header do not say whose they are. */
function checkOnlyOne(origins: readonly IssuerConfig[], problems: Problems): void {
  const count = (has: (issuer: TrustedIssuer) => boolean) =>
    origins.filter(({ issuer }) => has(issuer)).length;
  const resolved = count(
    ({ resolver }) => resolver?.cookies === true || resolver?.opaqueTokens === true,
  );
  if (resolved > 1)
    problems.add(
      'issuers',
      resolved,
      'Only one may have a "resolver" with cookies or opaqueTokens: they do not say whose ' +
        'they are.',
    );
  const proxied = count(({ proxyHeaders }) => proxyHeaders !== undefined);
  if (proxied > 1)
    problems.add(
      'issuers',
      proxied,
      'Only one may have "proxyHeaders": they do not say whose they are.',
    );
  const paths = origins.flatMap(({ issuer }) => issuer.webhooks?.path ?? []);
  // Express takes neither case nor a slash at the end into account.
  const distinct = new Set(paths.map((path) => path.toLowerCase().replace(/\/$/, '')));
  if (distinct.size < paths.length)
    problems.add('issuers', paths, 'Each "webhooks" needs a path of its own.');
}

/**
 * An issuer that is known with its first token cannot be the one of a cookie, nor have a route from
 * the start.
 */
function checkNothingIsListed(
  entry: Partial<IssuerOptions>,
  prefix: string,
  problems: Problems,
): void {
  const { resolver, proxyHeaders, webhooks } = entry;
  const wrong = {
    'resolver.cookies': resolver?.cookies,
    'resolver.opaqueTokens': resolver?.opaqueTokens,
    proxyHeaders,
    webhooks,
  };
  for (const [name, value] of Object.entries(wrong)) {
    if (value !== undefined && value !== false)
      problems.add(
        `${prefix}${name}`,
        typeof value,
        'It needs a list of issuers: beside a function it has no effect.',
      );
  }
}

function readStrategies(given: unknown, problems: Problems): readonly AuthenticationStrategy[] {
  if (given === undefined) return [];
  if (
    Array.isArray(given) &&
    given.every(isStrategy) &&
    new Set(given.map(({ name }) => name)).size === given.length
  )
    return given;
  problems.add(
    'strategies',
    typeof given,
    'It is a list of objects with extract, authenticate and a name of their own.',
  );
  return [];
}

function resolveLookup(lookup: IssuerLookup, presets: object): ResolvedLookup {
  return async (iss) => {
    // `null` is how databases say "not found".
    const entry: IssuerOptions | null | undefined = await lookup(iss);
    if (entry === undefined || entry === null) return undefined;
    const problems = new Problems();
    const origin = resolveEntry(entry, presets, 'issuers().', problems);
    checkNothingIsListed(entry, 'issuers().', problems);
    if (entry.issuer !== iss)
      problems.add(
        'issuers().issuer',
        entry.issuer,
        `The lookup was asked for "${printable(iss)}": return exactly that, or undefined.`,
      );
    problems.throwIfAny();
    return origin;
  };
}

/**
 * What stands beside a look-up must make sense at bootstrap, and not with the first token of each
 * tenant.
 */
function checkPresets(presets: object, problems: Problems): void {
  resolveIssuer({ issuer: 'https://tenant.example', audience: 'any', ...presets }, '', problems);
}

function resolveEntry(
  entry: unknown,
  presets: object,
  prefix: string,
  problems: Problems,
): IssuerConfig {
  if (!isJsonObject(entry))
    problems.add(
      prefix.slice(0, -1),
      entry,
      'It must be authgear({...}), authpi({...}) or oidc({...}).',
    );
  const own = isJsonObject(entry) ? entry : {};
  checkKnown(prefix, own, issuerOptionNames, problems, misplacedInEntry);
  // An option that is spelled out as undefined is not there.
  const spelledOut = Object.fromEntries(
    Object.entries(own).filter(([, value]) => value !== undefined),
  );
  return resolveIssuer({ ...presets, ...spelledOut } as unknown as IssuerOptions, prefix, problems);
}

function isStrategy(given: unknown): given is AuthenticationStrategy {
  const { name, extract, authenticate } = (given ?? {}) as Partial<AuthenticationStrategy>;
  const isFree = typeof name === 'string' && name !== '' && !reservedNames.includes(name);
  return isFree && typeof extract === 'function' && typeof authenticate === 'function';
}
