import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Authenticator } from './credentials/authenticator.js';
import type { AuthenticatedByIssuer, AuthenticationRequirements } from './options/contracts.js';
import { TokenService } from './credentials/bearer/token.service.js';
import { CustomPolicies } from './routes/custom-policies.js';
import { routeOf, type Route } from './routes/route-metadata.js';
import { endOfTurn } from './core/end-of-turn.js';
import { AuthError } from './core/errors.js';
import { andThen, isPromise, type MaybePromise } from './core/maybe-promise.js';
import type { PolicyContext } from './core/policy/circumstances.js';
import { findMissingPermission, findStepUp } from './core/policy/evaluate.js';
import { activeMembership } from './core/policy/organizations.js';
import type { OrganizationRequirement, Requirement } from './core/policy/requirement.js';
import type { AuthgearUser } from './core/user.js';
import { describeNoCredential } from './credentials/bearer/bearer-token.js';
import { httpExchange, type HttpRequest } from './transports/http.js';
import { extractIdToken, type IdTokenSource } from './credentials/bearer/id-token.js';
import { readOrganizationId, type OrganizationSource } from './routes/organization-id.js';
import { injectOrganization } from './transports/current-organization.js';
import { injectUser } from './transports/current-user.js';
import { RESOLVED_OPTIONS } from './options/tokens.js';
import type { ResolvedOptions } from './options/resolve.js';
import { RefusalLog } from './observability/refusal-log.js';
import { refuse } from './respond/refuse.js';

/**
 * Lets a request in when its credential (an access token, or a session where the options ask for
 * that) is genuine, current, meant for this API and enough for the route. Refusals are Nest's own
 * HTTP exceptions with the challenge of RFC 6750 or RFC 9470 on the response.
 *
 * Global by default; with `globalGuard: false` put it on routes by `@UseGuards(JwtAuthGuard)`.
 * Transports that are not HTTP are refused. It may be extended, and `super.canActivate()` may give
 * a promise.
 */
@Injectable()
export class JwtAuthGuard implements CanActivate {
  // Properties and no constructor: a guard of the application that extends this one has a
  // constructor of its own.
  @Inject(RESOLVED_OPTIONS) private readonly options!: ResolvedOptions;
  @Inject(Authenticator) private readonly authenticator!: Authenticator;
  @Inject(TokenService) private readonly tokens!: TokenService;
  @Inject(CustomPolicies) private readonly policies!: CustomPolicies;
  @Inject(RefusalLog) private readonly log!: RefusalLog;

  /**
   * Decides at the end of this turn of the event loop, together with all other requests that came
   * in it: code and data of one step are at hand for the next request, which saves more than every
   * other shortcut (see `npm run bench`). A refusal is a rejection.
   */
  canActivate(context: ExecutionContext): MaybePromise<boolean> {
    const route = routeOf(context);
    return route.access === 'public' ? true : endOfTurn().then(() => this.decide(context, route));
  }

  private decide(context: ExecutionContext, route: Route): MaybePromise<true> {
    try {
      const admitted = this.admit(context, route);
      return isPromise(admitted)
        ? admitted.then(isAdmitted, (error: unknown) => this.refuse(error, context))
        : true;
    } catch (error) {
      return this.refuse(error, context);
    }
  }

  private refuse(error: unknown, context: ExecutionContext): never {
    if (!(error instanceof AuthError)) throw error;
    this.log.write(error, `${context.getClass().name}.${context.getHandler().name}`);
    throw refuse(error, httpExchange(context));
  }

  private admit(context: ExecutionContext, route: Route): MaybePromise<void> {
    const exchange = httpExchange(context);
    if (exchange === undefined) {
      throw new AuthError(
        'transport_not_supported',
        `the guard was asked about a handler of the transport "${context.getType()}"`,
      );
    }
    const { request } = exchange;
    const authenticated = this.authenticator.authenticate(request, this.demandOf(route));
    if (authenticated === undefined) return admitAnonymous(route, request);
    return andThen(authenticated, (who) =>
      andThen(this.authorize(who, route, request, context), () => injectUser(request, who.user)),
    );
  }

  private demandOf({ requirement: { staleness } }: Route): AuthenticationRequirements {
    const { maxStaleness } = this.options;
    if (staleness.length === 0) return { maxStaleness };
    return { maxStaleness: Math.min(...staleness, maxStaleness ?? Infinity) };
  }

  private authorize(
    { user, issuer }: AuthenticatedByIssuer,
    route: Route,
    request: HttpRequest,
    context: ExecutionContext,
  ): MaybePromise<void> {
    const { requirement, hasRequirements } = route;
    if (!hasRequirements) return undefined;
    const circumstances: PolicyContext = {
      now: this.options.clock() / 1000,
      clockTolerance: issuer?.clockTolerance ?? 0,
      organizationIdOf: readOnce((demand) =>
        readOrganizationId(demand.from as OrganizationSource, request),
      ),
    };
    deny(findMissingPermission(user, requirement, circumstances));
    return andThen(this.policies.findDenial(user, requirement.custom, context), (denial) => {
      deny(denial);
      return andThen(
        this.reauthenticatedAt(user, issuer?.idToken, requirement, request),
        (reauthenticatedAt) => {
          deny(findStepUp(user, requirement, { ...circumstances, reauthenticatedAt }));
          injectMembership(user, requirement, circumstances, request);
        },
      );
    });
  }

  /** `auth_time` of the ID token beside the access token, on routes that look at it. */
  private reauthenticatedAt(
    user: AuthgearUser,
    source: unknown,
    { age }: Requirement,
    request: HttpRequest,
  ): MaybePromise<number | undefined> {
    // A session tells its own time, and has no client that an ID token could be compared with.
    if (source === undefined || age.length === 0 || user.isMachine || user.via !== 'jwt')
      return undefined;
    const idToken = extractIdToken(source as IdTokenSource, request);
    return idToken === undefined
      ? undefined
      : this.tokens.verifyIdToken(idToken, { user }).then(({ authTime }) => authTime);
  }
}

const isAdmitted = (): true => true;

/** The application's function is asked once per demand: it may count. */
function readOnce(read: PolicyContext['organizationIdOf']): PolicyContext['organizationIdOf'] {
  const ids = new Map<OrganizationRequirement, string | undefined>();
  return (demand) => {
    if (!ids.has(demand)) ids.set(demand, read(demand));
    return ids.get(demand);
  };
}

function injectMembership(
  user: AuthgearUser,
  { organizations }: Requirement,
  circumstances: PolicyContext,
  request: HttpRequest,
): void {
  for (const demand of organizations) {
    const organization = activeMembership(
      user,
      circumstances.organizationIdOf(demand),
      circumstances,
    );
    if (organization !== undefined) injectOrganization(request, organization);
  }
}

function deny(denial: AuthError | undefined): void {
  if (denial !== undefined) throw denial;
}

/** `@OptionalAuth()` drops nothing: where a requirement holds, anonymous is not enough. */
function admitAnonymous({ access, hasRequirements }: Route, request: HttpRequest): void {
  if (access === 'optional' && !hasRequirements) return;
  throw new AuthError('credentials_missing', describeNoCredential(request));
}
