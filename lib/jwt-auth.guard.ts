import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { endOfTurn } from './core/end-of-turn.js';
import { AuthError } from './core/errors.js';
import {
  activeMembership,
  findMissingPermission,
  findStepUp,
  type PolicyContext,
} from './core/policy/checks.js';
import type { MaybePromise } from './core/maybe-promise.js';
import type { AuthgearUser } from './core/user.js';
import type { AuthenticatedByIssuer } from './credentials/authenticated.js';
import { Authenticator } from './credentials/authenticator.js';
import { describeNoCredential } from './credentials/bearer/bearer-token.js';
import { extractIdToken } from './credentials/bearer/id-token.js';
import { TokenService } from './credentials/bearer/token.service.js';
import { RefusalLog } from './observability/refusal-log.js';
import type { IdTokenSource } from './options/contracts.js';
import { RESOLVED_OPTIONS } from './options/tokens.js';
import type { ResolvedOptions } from './options/resolve.js';
import { CustomPolicies } from './routes/custom-policies.js';
import { readOrganizationId, type OrganizationSource } from './routes/organization-id.js';
import { routeOf, type Route, type RouteRequirement } from './routes/route-metadata.js';
import { injectOrganization } from './transports/current-organization.js';
import { injectUser } from './transports/current-user.js';
import type { HttpRequest } from './transports/transport.js';
import { Operations } from './transports/operations.js';
import { transportOf } from './transports/transports.js';

/**
 * Allows a request if its credential (an access token, or a session if the options allow it) is
 * genuine, current, meant for this API and sufficient for the route. A refusal is an HTTP exception
 * of NestJS, with the challenge of RFC 6750 or RFC 9470 on the response.
 *
 * The guard is global by default. With `globalGuard: false`, add it to routes with
 * `@UseGuards(JwtAuthGuard)`. It supports HTTP and GraphQL over HTTP, and refuses other transports.
 * A guard of the application may extend it and refuse more requests. A request that
 * `super.canActivate()` refuses stays refused, even if the result is not awaited.
 */
@Injectable()
export class JwtAuthGuard implements CanActivate {
  // Properties instead of parameters, so that a guard that extends this one can have its own.
  @Inject(RESOLVED_OPTIONS) private readonly options!: ResolvedOptions;
  @Inject(Authenticator) private readonly authenticator!: Authenticator;
  @Inject(TokenService) private readonly tokens!: TokenService;
  @Inject(CustomPolicies) private readonly policies!: CustomPolicies;
  @Inject(RefusalLog) private readonly log!: RefusalLog;
  private readonly operations = new Operations<AuthenticatedByIssuer | undefined>();
  /** The decisions of this guard by call; `undefined` unless a guard overrides `canActivate()`. */
  private readonly decisions: WeakMap<ExecutionContext, Promise<boolean>> | undefined;

  constructor() {
    const extended = Reflect.get(this, 'canActivate');
    if (extended === JwtAuthGuard.prototype.canActivate) return;
    const decisions = new WeakMap<ExecutionContext, Promise<boolean>>();
    this.decisions = decisions;
    this.canActivate = async (context) => {
      const verdict: unknown = await extended.call(this, context);
      await decisions.get(context);
      return verdict === true;
    };
  }

  /** Resolves to `true`, or rejects with the refusal. */
  canActivate(context: ExecutionContext): Promise<boolean> {
    const decision = this.decide(context);
    if (this.decisions !== undefined) {
      this.decisions.set(context, decision);
      // A guard that does not await the decision must not end the process.
      decision.catch(() => undefined);
    }
    return decision;
  }

  /**
   * Waits for the end of this turn of the event loop. All requests of one turn are then decided
   * together, which keeps their code and data in the processor's caches (`npm run bench`).
   */
  private async decide(context: ExecutionContext): Promise<boolean> {
    const route = routeOf(context);
    if (route.access === 'public') return true;
    await endOfTurn();
    const transport = transportOf(context);
    try {
      const request = transport.requestOf(context);
      const operation = transport.operationOf(context);
      const authenticated = await this.authenticate(request, route, operation);
      if (authenticated === undefined) return admitAnonymous(route, request);
      if (route.hasRequirements) await this.authorize(authenticated, route, request, context);
      injectUser(context, request, authenticated.user);
      return true;
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      this.log.write(error, `${context.getClass().name}.${context.getHandler().name}`);
      throw transport.refuse(error, context) as Error;
    }
  }

  /** Returns `undefined` for an anonymous request. */
  private authenticate(
    request: HttpRequest,
    { requirement: { staleness } }: Route,
    operation: object | undefined,
  ): MaybePromise<AuthenticatedByIssuer | undefined> {
    const { maxStaleness } = this.options;
    const strictest =
      staleness.length === 0 ? maxStaleness : Math.min(...staleness, maxStaleness ?? Infinity);
    const authenticate = () =>
      this.authenticator.authenticate(request, { maxStaleness: strictest });
    return operation === undefined
      ? authenticate()
      : this.operations.once(operation, request, strictest, authenticate);
  }

  /**
   * Throws the first refusal: permissions, policies of the application, and step-up, in this order.
   */
  private async authorize(
    { user, issuer }: AuthenticatedByIssuer,
    { requirement }: Route,
    request: HttpRequest,
    context: ExecutionContext,
  ): Promise<void> {
    const policyContext: PolicyContext<OrganizationSource> = {
      now: this.options.clock() / 1000,
      clockTolerance: issuer?.clockTolerance ?? 0,
      organizationIdOf: readOnce(({ from }) => readOrganizationId(from, request)),
    };
    deny(findMissingPermission(user, requirement, policyContext));
    if (requirement.policies.length > 0) {
      deny(await this.policies.findDenial(user, requirement.policies, context));
    }
    const reauthenticatedAt =
      requirement.ages.length > 0 && issuer?.idToken !== undefined
        ? await this.reauthenticatedAt(user, issuer.idToken, request)
        : undefined;
    deny(findStepUp(user, requirement, { ...policyContext, reauthenticatedAt }));
    injectMembership(user, requirement, policyContext, context);
  }

  /** Returns the `auth_time` of the ID token that accompanies the access token. */
  private async reauthenticatedAt(
    user: AuthgearUser,
    source: IdTokenSource,
    request: HttpRequest,
  ): Promise<number | undefined> {
    // A session has its own authentication time, and no client to compare with the ID token.
    if (user.isMachine || user.via !== 'jwt') return undefined;
    const idToken = extractIdToken(source, request);
    if (idToken === undefined) return undefined;
    const { authTime } = await this.tokens.verifyIdToken(idToken, { user });
    return authTime;
  }
}

/**
 * Allows an anonymous request on an `@OptionalAuth()` route without requirements; otherwise throws.
 */
function admitAnonymous({ access, hasRequirements }: Route, request: HttpRequest): true {
  if (access === 'optional' && !hasRequirements) return true;
  throw new AuthError('credentials_missing', describeNoCredential(request));
}

/** Reads each id once, because the function of the application may have side effects. */
function readOnce<Part extends object>(
  read: (part: Part) => string | undefined,
): (part: Part) => string | undefined {
  const ids = new Map<Part, string | undefined>();
  return (part) => {
    if (!ids.has(part)) ids.set(part, read(part));
    return ids.get(part);
  };
}

function injectMembership(
  user: AuthgearUser,
  { organizations }: RouteRequirement,
  policyContext: PolicyContext<OrganizationSource>,
  context: ExecutionContext,
): void {
  for (const part of organizations) {
    const id = policyContext.organizationIdOf(part);
    const organization = activeMembership(user, id, policyContext);
    if (organization !== undefined) injectOrganization(context, organization);
  }
}

function deny(denial: AuthError | undefined): void {
  if (denial !== undefined) throw denial;
}
