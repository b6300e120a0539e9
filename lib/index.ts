export { AuthgearModule } from './authgear.module.js';
export { JwtAuthGuard } from './jwt-auth.guard.js';
export { JwksService } from './keys/jwks.service.js';
export { TokenService } from './credentials/bearer/token.service.js';
export { AuthgearUser } from './core/user.js';
export { AuthError } from './core/errors.js';
export { Issuers, OptionalAuth, Public } from './routes/decorators/access.js';
export { Amr, MaxAuthAge, MaxStaleness } from './routes/decorators/authentication.js';
export {
  Authorize,
  NotAnonymous,
  OrganizationScopes,
  Roles,
  Scopes,
  Verified,
} from './routes/decorators/permissions.js';
export { CurrentUser } from './transports/current-user.js';
export { CurrentOrganization } from './transports/current-organization.js';
export { toHttpException } from './transports/http.js';
export { authgear, authpi, oidc } from './options/profiles.js';

export type { AuthgearModuleAsyncOptions, AuthgearModuleExtras } from './authgear.module.js';
export type {
  AuthgearModuleOptions,
  AuthgearOptionsFactory,
  IssuerLookup,
  IssuerOptions,
  KeysOptions,
  Profile,
  SeveralIssuersOptions,
  SharedOptions,
  SingleIssuerOptions,
} from './options/options.js';
export type {
  ProxyHeadersOptions,
  ProxyProof,
  ResolverOptions,
  RevocationOptions,
  WebhooksOptions,
} from './options/session-options.js';
export type {
  Authenticated,
  AuthenticationRequirements,
  AuthenticationStrategy,
  IdTokenSource,
  ReadableRequest,
  RevocationStore,
} from './options/contracts.js';
export type { ProfileOptions } from './options/profiles.js';
export type { ClaimPath, OidcClaims } from './core/issuer/oidc.js';
export type { Policy, PolicyFunction } from './routes/custom-policies.js';
export type { Alternatives } from './routes/decorators/names.js';
export type { OrganizationScopesOptions } from './routes/decorators/permissions.js';
export type { MaxAuthAgeOptions } from './routes/decorators/authentication.js';
export type { IdTokenExpectation, VerifiedIdToken } from './core/token/verify-id-token.js';
export type { OrganizationSource } from './routes/organization-id.js';
export type { KeysMessage, RefusedMessage } from './observability/channels.js';
export type { JwksStatus } from './keys/jwks.service.js';
export type { AuthErrorCode, RefusalKind } from './core/error-codes.js';
export type { AuthErrorOptions, RefusalContext, RefusalDetails } from './core/errors.js';
export type { Algorithm } from './core/crypto/algorithms.js';
export type { Clock } from './core/clock.js';
export type { Fetch as FetchFunction } from './core/http.js';
export type { KeyHealth } from './core/keys/freshness.js';
export type { RouteDecorator } from './routes/route-metadata.js';
export type { Duration, DurationString } from './core/duration.js';
export type { Claims } from './core/types.js';
export type { AuthenticatedVia, AuthgearUserFields, Organization } from './core/user.js';
