import type { Clock } from '../core/clock.js';
import { limitPerOrigin } from '../core/concurrency-limit.js';
import { AuthError } from '../core/errors.js';
import { andThen, type MaybePromise } from '../core/maybe-promise.js';
import { MAX_CLOCK_TOLERANCE } from '../core/token/claim-rules.js';
import { isOpaqueToken } from '../core/token/parse.js';
import { AuthgearUser } from '../core/user.js';
import {
  reservedNames,
  type AuthenticationRequirements,
  type AuthenticationStrategy,
} from '../options/contracts.js';
import { listedIssuers, type ResolvedOptions } from '../options/resolve.js';
import type { Revocations } from '../revocation/revocations.js';
import type { HttpRequest } from '../transports/transport.js';
import type { AuthenticatedByIssuer } from './authenticated.js';
import { Confirmations } from './bearer/confirmations.js';
import { JwtStrategy } from './bearer/jwt.strategy.js';
import type { TokenService } from './bearer/token.service.js';
import { ProxyStrategy } from './proxy/proxy.strategy.js';
import {
  CookieStrategy,
  OpaqueTokenStrategy,
  type ResolvingIssuer,
} from './session/resolver.strategies.js';
import { SessionResolver } from './session/session-resolver.js';

/** Requests to the resolver or the userinfo endpoint of an issuer at a time, and those that wait. */
const MAX_QUESTIONS = 64;
const MAX_WAITING_QUESTIONS = 1_024;

/** A credential and the strategy that authenticates it. */
interface Found {
  readonly strategy: AuthenticationStrategy;
  readonly credential: unknown;
}

/**
 * The strategies in order of precedence. The first group that finds a credential authenticates the
 * request.
 */
export interface Strategies {
  /** A trusted proxy has already evaluated all credentials of the request. */
  readonly proxy: AuthenticationStrategy | undefined;
  /** Credentials that the client adds explicitly. A request may carry at most one of them. */
  readonly explicit: readonly AuthenticationStrategy[];
  /** Credentials that a browser sends automatically. */
  readonly ambient: AuthenticationStrategy | undefined;
}

/** Finds the credential of a request and authenticates it. */
export class Authenticator {
  constructor(
    private readonly strategies: Strategies,
    private readonly clock: Clock,
  ) {}

  /** Returns `undefined` for an anonymous request. Throws or rejects with an {@link AuthError}. */
  authenticate(
    request: HttpRequest,
    requirements: AuthenticationRequirements,
  ): MaybePromise<AuthenticatedByIssuer> | undefined {
    const found = this.find(request);
    if (found === undefined) return undefined;
    const { strategy, credential } = found;
    const authenticated = strategy.authenticate(credential, request, requirements);
    if (reservedNames.includes(strategy.name)) return authenticated;
    return andThen(authenticated, (given) => this.checkCustom(given, strategy, requirements));
  }

  private find(request: HttpRequest): Found | undefined {
    const { proxy, explicit, ambient } = this.strategies;
    return findIn(proxy, request) ?? findOnlyOne(explicit, request) ?? findIn(ambient, request);
  }

  /** Checks the result of an application's own strategy. */
  private checkCustom(
    authenticated: AuthenticatedByIssuer,
    { name }: AuthenticationStrategy,
    { maxStaleness }: AuthenticationRequirements,
  ): AuthenticatedByIssuer {
    const { user, confirmedAt } = authenticated;
    if (!(user instanceof AuthgearUser) || user.via !== name) {
      throw new TypeError(
        `the strategy "${name}" must return ` +
          `{ user: new AuthgearUser({ sub, issuer, via: '${name}' }) }`,
      );
    }
    if (maxStaleness === undefined || user.isMachine) return authenticated;
    if (confirmedAt === undefined) {
      const reason = `the strategy "${name}" returns no "confirmedAt"`;
      throw new AuthError('confirmation_not_supported', reason);
    }
    const age = this.clock() / 1000 - confirmedAt;
    // A time in milliseconds instead of seconds is far in the future, and would always be fresh.
    const isTime = Number.isFinite(confirmedAt) && age >= -MAX_CLOCK_TOLERANCE;
    if (isTime && age <= maxStaleness) return authenticated;
    const problem = isTime ? 'too old' : 'not in epoch seconds, or in the future';
    const reason = `the strategy "${name}" returns a "confirmedAt" that is ${problem}`;
    throw new AuthError('session_unconfirmed', reason);
  }
}

function findIn(
  strategy: AuthenticationStrategy | undefined,
  request: HttpRequest,
): Found | undefined {
  const credential = strategy?.extract(request);
  return strategy === undefined || credential === undefined ? undefined : { strategy, credential };
}

function findOnlyOne(
  strategies: readonly AuthenticationStrategy[],
  request: HttpRequest,
): Found | undefined {
  let only: Found | undefined;
  for (const strategy of strategies) {
    const found = findIn(strategy, request);
    if (found === undefined) continue;
    if (only !== undefined) {
      const names = `"${only.strategy.name}" and "${strategy.name}"`;
      throw new AuthError('multiple_credentials', `the request has credentials for ${names}`);
    }
    only = found;
  }
  return only;
}

export interface AuthenticatorParts {
  readonly options: ResolvedOptions;
  readonly tokens: TokenService;
  readonly revocations: Revocations;
  /** Receives problems that do not refuse the request. */
  readonly warn: (error: AuthError) => void;
}

/** Creates the strategies that the options enable. */
export function createAuthenticator(parts: AuthenticatorParts): Authenticator {
  const { options, tokens, revocations, warn } = parts;
  const { fetch, clock, strategies } = options;
  const issuers = listedIssuers(options);
  const isResolving = (issuer: (typeof issuers)[number]): issuer is ResolvingIssuer =>
    issuer.resolver !== undefined;
  const resolving = issuers.filter(isResolving);
  const opaque = resolving.find(({ resolver }) => resolver.opaqueTokens);
  const cookies = resolving.find(({ resolver }) => resolver.cookies);
  const proxied = issuers.find(({ proxyHeaders }) => proxyHeaders !== undefined);

  const ask = limitPerOrigin(fetch, MAX_QUESTIONS, MAX_WAITING_QUESTIONS);
  const sessions = new SessionResolver(ask, clock);
  const confirmations = new Confirmations(sessions, ask, clock);
  const isJwt = (token: string): boolean => opaque === undefined || !isOpaqueToken(token);
  const jwt = new JwtStrategy(tokens, confirmations, isJwt);
  const ofOpaque = opaque && new OpaqueTokenStrategy(opaque, sessions, revocations);
  return new Authenticator(
    {
      proxy:
        proxied?.proxyHeaders &&
        new ProxyStrategy({
          issuer: proxied,
          rules: proxied.proxyHeaders,
          jwt,
          onUntrusted: warn,
          clock,
        }),
      explicit: [jwt, ...(ofOpaque === undefined ? [] : [ofOpaque]), ...strategies],
      ambient: cookies && new CookieStrategy(cookies, sessions, revocations),
    },
    clock,
  );
}
