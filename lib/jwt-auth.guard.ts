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
 * Lets a request in when its credential (an access token, or a session where the options allow it)
 * is genuine, current, meant for this API and sufficient for the route. A refusal is NestJS's own
 * HTTP exception, with the challenge of RFC 6750 or RFC 9470 on the response.
 *
 * Global by default; with `globalGuard: false` put it on routes by `@UseGuards(JwtAuthGuard)`.
 * GraphQL over HTTP works the same, and other transports are refused. A guard of the application may extend it, and can refuse
 * more: what `super.canActivate()` refuses stays refused, whether it is awaited or not.
 */
@Injectable()
export class JwtAuthGuard implements CanActivate {
  // Properties and no parameters, so that a guard that extends this one can have its own.
  @Inject(RESOLVED_OPTIONS) private readonly options!: ResolvedOptions;
  @Inject(Authenticator) private readonly authenticator!: Authenticator;
  @Inject(TokenService) private readonly tokens!: TokenService;
  @Inject(CustomPolicies) private readonly policies!: CustomPolicies;
  @Inject(RefusalLog) private readonly log!: RefusalLog;
  private readonly operations = new Operations<AuthenticatedByIssuer | undefined>();
  /** What this guard decided, by call. Only a guard that extends it needs to be told. */
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

  /** Resolves with `true`, or rejects with the refusal. */
  canActivate(context: ExecutionContext): Promise<boolean> {
    const decision = this.decide(context);
    if (this.decisions !== undefined) {
      this.decisions.set(context, decision);
      // A guard that does not await it must not end the process.
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
    try {
      const request = transportOf(context).requestOf(context);
      const authenticated = await this.authenticate(request, route, context);
      if (authenticated === undefined) return admitAnonymous(route, request);
      if (route.hasRequirements) await this.authorize(authenticated, route, request, context);
      injectUser(context, request, authenticated.user);
      return true;
    } catch (error) {
      throw this.refusalOf(error, context);
    }
  }

  /** `undefined` for an anonymous request. */
  private authenticate(
    request: HttpRequest,
    { requirement: { staleness } }: Route,
    context: ExecutionContext,
  ): MaybePromise<AuthenticatedByIssuer | undefined> {
    const { maxStaleness } = this.options;
    const strictest =
      staleness.length === 0 ? maxStaleness : Math.min(...staleness, maxStaleness ?? Infinity);
    const authenticate = () =>
      this.authenticator.authenticate(request, { maxStaleness: strictest });
    const operation = transportOf(context).operationOf(context);
    return operation === undefined
      ? authenticate()
      : this.operations.once(operation, request, strictest, authenticate);
  }

  /** Throws the first refusal: permissions, then policies of the application, then step-up. */
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

  /** `auth_time` of the ID token beside the access token. */
  private async reauthenticatedAt(
    user: AuthgearUser,
    source: IdTokenSource,
    request: HttpRequest,
  ): Promise<number | undefined> {
    // A session states its own time, and has no client that an ID token could be compared with.
    if (user.isMachine || user.via !== 'jwt') return undefined;
    const idToken = extractIdToken(source, request);
    if (idToken === undefined) return undefined;
    const { authTime } = await this.tokens.verifyIdToken(idToken, { user });
    return authTime;
  }

  /** The exception for a refusal, which is logged here. Any other error passes as it is. */
  private refusalOf(error: unknown, context: ExecutionContext): unknown {
    if (!(error instanceof AuthError)) return error;
    this.log.write(error, `${context.getClass().name}.${context.getHandler().name}`);
    return transportOf(context).refuse(error, context);
  }
}

/** `@OptionalAuth()` drops no requirement: where one stands, anonymous is not enough. */
function admitAnonymous({ access, hasRequirements }: Route, request: HttpRequest): true {
  if (access === 'optional' && !hasRequirements) return true;
  throw new AuthError('credentials_missing', describeNoCredential(request));
}

/** The application's function runs once per requirement: it may count its calls. */
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
