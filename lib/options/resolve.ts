import { printable } from '../core/printable.js';
import { isJsonObject, type JsonObject } from '../core/types.js';
import { OptionReader, type Misplaced } from './option-reader.js';
import type { AuthgearModuleOptions, IssuerLookup, IssuerOptions } from './options.js';
import { Problems } from './problems.js';
import {
  issuerOptionNames,
  resolveIssuer,
  type IssuerConfig,
  type IssuerRules,
} from './resolve-issuer.js';
import { resolveShared, sharedOptionNames, type SharedRules } from './resolve-shared.js';

/**
 * Looks up an issuer by `iss`, and checks its options. Rejects with `configuration_invalid` for
 * invalid options, and with the error of the application's function.
 */
export type ResolvedLookup = (iss: string) => Promise<IssuerConfig | undefined>;

/** The checked options, with defaults filled in. */
export interface ResolvedOptions extends SharedRules {
  readonly issuers: readonly IssuerConfig[] | ResolvedLookup;
}

/** Returns the listed issuers. Returns none when issuers are looked up by a function. */
export function listedIssuers({
  issuers,
}: Pick<ResolvedOptions, 'issuers'>): readonly IssuerRules[] {
  return typeof issuers === 'function' ? [] : issuers.map(({ issuer }) => issuer);
}

const knownNames = [
  'issuers',
  ...issuerOptionNames.filter((name) => name !== 'profile'),
  ...sharedOptionNames,
];

const misplacedInOptions: Misplaced = {
  globalGuard:
    'It is read before these options are available: set it beside "useFactory", "useClass" or ' +
    '"useExisting".',
};
const misplacedInEntry: Misplaced = Object.fromEntries(
  sharedOptionNames.map((name) => [name, 'Move it beside "issuers": it applies to all issuers.']),
);

/**
 * Checks the options and fills in the defaults. Throws `configuration_invalid` with all problems.
 */
export function resolveOptions(options: AuthgearModuleOptions | undefined): ResolvedOptions {
  const problems = new Problems();
  if (!isJsonObject(options)) {
    const fix = 'Import AuthgearModule.forRoot({ issuer, audience }) once, in the root module.';
    problems.add('options', options, fix);
    problems.throwIfAny();
  }
  const given = (options ?? {}) as unknown as JsonObject;
  const isSingle = given['issuers'] === undefined;
  const reader = new OptionReader(given, '', problems);
  reader.checkNames(isSingle ? [...knownNames, 'profile'] : knownNames, misplacedInOptions);
  const issuers = isSingle ? [resolveIssuer(reader)] : resolveSeveral(reader, problems);
  const resolved = { issuers, ...resolveShared(reader) };
  problems.throwIfAny();
  return resolved;
}

function resolveSeveral(
  reader: OptionReader,
  problems: Problems,
): readonly IssuerConfig[] | ResolvedLookup {
  checkDefaults(reader);
  const { given } = reader;
  const { issuers } = given;
  const defaults = Object.fromEntries(
    Object.entries(given).filter(([name]) => issuerOptionNames.includes(name)),
  );
  if (typeof issuers === 'function') {
    checkLookup(reader, defaults, problems);
    return resolveLookup(issuers as IssuerLookup, defaults);
  }
  if (!Array.isArray(issuers) || issuers.length === 0) {
    const fix =
      'List at least one: [authgear({ issuer, audience })], or set a function that looks one up.';
    reader.report('issuers', issuers, fix);
    return [];
  }
  const configs = issuers.map((entry: unknown, index) =>
    resolveEntry(entry, defaults, `issuers[${index}].`, problems),
  );
  checkDistinct(reader, configs);
  return configs;
}

/** Reports options that must not be defaults for all entries. */
function checkDefaults(reader: OptionReader): void {
  const { given } = reader;
  for (const name of ['issuer', 'audience', 'clientId']) {
    if (given[name] === undefined) continue;
    const fix =
      'It cannot be a default for all issuers: move it from beside "issuers" to the entries.';
    reader.report(name, given[name], fix);
  }
  const { userinfoUrl, resolver } = given;
  const { url } = isJsonObject(resolver) ? resolver : {};
  for (const [name, value] of Object.entries({ userinfoUrl, 'resolver.url': url })) {
    if (value === undefined) continue;
    const fix =
      'Beside "issuers", the tokens of all issuers would be sent there: move it to the entry.';
    reader.report(name, value, fix);
  }
}

/** Cookies, opaque tokens and proxy headers do not name their issuer, so only one may use them. */
function checkDistinct(reader: OptionReader, configs: readonly IssuerConfig[]): void {
  const issuers = configs.map(({ issuer }) => issuer);
  const seen = new Set<string>();
  for (const { issuer } of issuers) {
    if (seen.has(issuer)) reader.report('issuers', issuer, 'Each issuer may be listed once.');
    seen.add(issuer);
  }
  const resolving = issuers.filter(({ resolver }) => resolver?.cookies || resolver?.opaqueTokens);
  if (resolving.length > 1) {
    const fix =
      'Only one issuer may have a "resolver" with cookies or opaqueTokens: these credentials do ' +
      'not name their issuer.';
    reader.report('issuers', resolving.length, fix);
  }
  const proxied = issuers.filter(({ proxyHeaders }) => proxyHeaders !== undefined);
  if (proxied.length > 1) {
    const fix = 'Only one issuer may have "proxyHeaders": the headers do not name their issuer.';
    reader.report('issuers', proxied.length, fix);
  }
  const paths = issuers.flatMap(({ webhooks }) => webhooks?.path ?? []);
  // Express ignores case and a trailing slash.
  const distinct = new Set(paths.map((path) => path.toLowerCase().replace(/\/$/, '')));
  if (distinct.size < paths.length) {
    reader.report('issuers', paths, 'Each "webhooks" needs a path of its own.');
  }
}

/** Checks the defaults for a lookup function at startup, not with each tenant's first token. */
function checkLookup(reader: OptionReader, defaults: JsonObject, problems: Problems): void {
  const tenant = { issuer: 'https://tenant.example', audience: 'any', ...defaults };
  resolveIssuer(new OptionReader(tenant, '', problems));
  checkUnlisted(new OptionReader(defaults, '', problems));
  if (reader.given['failFast'] !== true) return;
  const fix =
    'A function in "issuers" is first called with a token: at startup, there are no keys to wait ' +
    'for.';
  reader.report('failFast', true, fix);
}

/**
 * Reports options that need a listed issuer. An issuer that is looked up by a token's `iss` cannot
 * have cookies, or a route that exists from startup.
 */
function checkUnlisted(reader: OptionReader): void {
  const { resolver, proxyHeaders, webhooks } = reader.given;
  const { cookies, opaqueTokens } = isJsonObject(resolver) ? resolver : {};
  const options = {
    'resolver.cookies': cookies,
    'resolver.opaqueTokens': opaqueTokens,
    proxyHeaders,
    webhooks,
  };
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || value === false) continue;
    const fix = 'It needs a list of issuers: with a function, it has no effect.';
    reader.report(name, typeof value, fix);
  }
}

function resolveLookup(lookup: IssuerLookup, defaults: JsonObject): ResolvedLookup {
  return async (iss) => {
    // Database clients often return `null` for "not found".
    const entry: IssuerOptions | null | undefined = await lookup(iss);
    if (entry === undefined || entry === null) return undefined;
    const problems = new Problems();
    const config = resolveEntry(entry, defaults, 'issuers().', problems);
    const own = isJsonObject(entry) ? entry : {};
    checkUnlisted(new OptionReader(own, 'issuers().', problems));
    if (entry.issuer !== iss) {
      const asked = printable(iss);
      const fix = `The lookup was called with "${asked}": return that issuer, or undefined.`;
      problems.add('issuers().issuer', entry.issuer, fix);
    }
    problems.throwIfAny();
    return config;
  };
}

function resolveEntry(
  entry: unknown,
  defaults: JsonObject,
  prefix: string,
  problems: Problems,
): IssuerConfig {
  const own = isJsonObject(entry) ? entry : {};
  if (own !== entry) {
    const fix = 'It must be authgear({...}), authpi({...}) or oidc({...}).';
    problems.add(prefix.slice(0, -1), entry, fix);
  }
  new OptionReader(own, prefix, problems).checkNames(issuerOptionNames, misplacedInEntry);
  // An explicit `undefined` must not hide a default.
  const spelledOut = Object.fromEntries(
    Object.entries(own).filter(([, value]) => value !== undefined),
  );
  return resolveIssuer(new OptionReader({ ...defaults, ...spelledOut }, prefix, problems));
}
