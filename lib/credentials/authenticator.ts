import type { Clock } from '../core/clock.js';
import { AuthError } from '../core/errors.js';
import type { TrustedIssuer } from '../core/issuer/issuer.js';
import { andThen, type MaybePromise } from '../core/maybe-promise.js';
import { MAX_CLOCK_TOLERANCE } from '../core/token/claim-rules.js';
import { isOpaqueToken } from '../core/token/parse.js';
import { AuthgearUser } from '../core/user.js';
import type { HttpRequest } from '../transports/http.js';
import type { ProxyRules } from './proxy/proxy-headers.js';
import { listedIssuers, type ResolvedOptions } from '../options/resolve.js';
import { Confirmations } from './bearer/confirmations.js';
import { JwtStrategy } from './bearer/jwt.strategy.js';
import { ProxyStrategy } from './proxy/proxy.strategy.js';
import {
  CookieStrategy,
  OpaqueTokenStrategy,
  type ResolvingIssuer,
} from './session/resolver.strategies.js';
import type { Revocations } from '../revocation/revocations.js';
import { SessionResolver } from './session/session-resolver.js';
import {
  reservedNames,
  type AuthenticatedByIssuer,
  type AuthenticationRequirements,
  type AuthenticationStrategy,
} from '../options/contracts.js';
import type { TokenService } from './bearer/token.service.js';

/** A credential, and who can turn it into a user. */
interface Found {
  readonly strategy: AuthenticationStrategy;
  readonly credential: unknown;
}

/**
 * The strategies by what their credentials are worth: the first kind of which a request carries one
 * decides alone.
 */
export interface Strategies {
  /** A proxy that proved itself knows about all credentials of the request. */
  readonly proxy: AuthenticationStrategy | undefined;
  /** What the client sent on purpose: there may be one. */
  readonly explicit: readonly AuthenticationStrategy[];
  /** What a browser sends by itself. */
  readonly ambient: AuthenticationStrategy | undefined;
}

/** Finds the one credential of a request, and whose it is. */
export class Authenticator {
  constructor(
    private readonly strategies: Strategies,
    private readonly clock: Clock,
  ) {}

  /** `undefined` for an anonymous request. Throws, or rejects with, an {@link AuthError}. */
  authenticate(
    request: HttpRequest,
    demand: AuthenticationRequirements,
  ): MaybePromise<AuthenticatedByIssuer> | undefined {
    const found = this.find(request);
    return found && this.ask(found, request, demand);
  }

  private find(request: HttpRequest): Found | undefined {
    const { proxy, explicit, ambient } = this.strategies;
    return findIn(proxy, request) ?? findOnlyOne(explicit, request) ?? findIn(ambient, request);
  }

  private ask(
    { strategy, credential }: Found,
    request: HttpRequest,
    demand: AuthenticationRequirements,
  ): MaybePromise<AuthenticatedByIssuer> {
    return andThen<AuthenticatedByIssuer, AuthenticatedByIssuer>(
      strategy.authenticate(credential, request, demand),
      (authenticated) => {
        if (!reservedNames.includes(strategy.name))
          this.checkForeign(authenticated, strategy, demand);
        return authenticated;
      },
    );
  }

  /** What a strategy of the application gives. */
  private checkForeign(
    { user, confirmedAt }: AuthenticatedByIssuer,
    { name }: AuthenticationStrategy,
    { maxStaleness }: AuthenticationRequirements,
  ): void {
    if (!(user instanceof AuthgearUser) || user.via !== name) {
      throw new TypeError(
        `the strategy "${name}" must give { user: new AuthgearUser({ sub, issuer, via: ` +
          `'${name}' }) }`,
      );
    }
    if (maxStaleness === undefined || user.isMachine) return;
    if (confirmedAt === undefined)
      throw new AuthError(
        'confirmation_not_supported',
        `the strategy "${name}" gives no "confirmedAt"`,
      );
    const age = this.clock() / 1000 - confirmedAt;
    // Milliseconds in place of seconds are in the future too, and would be fresh forever.
    const isTime = Number.isFinite(confirmedAt) && age >= -MAX_CLOCK_TOLERANCE;
    if (isTime && age <= maxStaleness) return;
    const problem = isTime ? 'too long ago' : 'no time in epoch seconds, or in the future';
    throw new AuthError(
      'session_unconfirmed',
      `the strategy "${name}" gives a "confirmedAt" that is ${problem}`,
    );
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
      throw new AuthError(
        'multiple_credentials',
        `the request has credentials for "${only.strategy.name}" and "${strategy.name}"`,
      );
    }
    only = found;
  }
  return only;
}

export interface AuthenticatorParts {
  readonly options: ResolvedOptions;
  readonly tokens: TokenService;
  readonly revocations: Revocations;
  /** Is told about requests that are answered all the same. */
  readonly notice: (error: AuthError) => void;
}

/** Assembles the strategies that the options ask for. */
export function createAuthenticator({
  options,
  tokens,
  revocations,
  notice,
}: AuthenticatorParts): Authenticator {
  const { fetch, clock } = options;
  const listed = listedIssuers(options);
  const sessions = new SessionResolver(fetch, clock);
  const confirmations = new Confirmations(sessions, fetch, clock);
  const ofCookies = listed.find(
    (issuer): issuer is ResolvingIssuer => issuer.resolver?.cookies === true,
  );
  const ofOpaque = listed.find(
    (issuer): issuer is ResolvingIssuer => issuer.resolver?.opaqueTokens === true,
  );
  const behindProxy = listed.find((issuer) => issuer.proxyHeaders !== undefined);
  const jwt = new JwtStrategy(
    tokens,
    confirmations,
    (token) => ofOpaque === undefined || !isOpaqueToken(token),
  );
  return new Authenticator(
    {
      proxy:
        behindProxy &&
        new ProxyStrategy({
          issuer: behindProxy,
          rules: rulesOf(behindProxy),
          jwt,
          onUntrusted: notice,
          clock,
        }),
      explicit: [
        jwt,
        ...(ofOpaque === undefined
          ? []
          : [new OpaqueTokenStrategy(ofOpaque, sessions, revocations)]),
        ...options.strategies,
      ],
      ambient: ofCookies && new CookieStrategy(ofCookies, sessions, revocations),
    },
    clock,
  );
}

function rulesOf({ proxyHeaders }: TrustedIssuer): ProxyRules {
  return proxyHeaders as ProxyRules;
}
