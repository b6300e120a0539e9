export { AuthgearModule } from './authgear.module.js';
export { JwtAuthGuard } from './jwt-auth.guard.js';
export { JwksService } from './keys/jwks.service.js';
export { TokenService } from './credentials/bearer/token.service.js';
export { AuthgearUser } from './core/user.js';
export { AuthError } from './core/errors.js';
export { Public } from './routes/decorators/access.js';
export { OptionalAuth } from './authorize/optional-auth.decorator.js';
export { Scopes } from './routes/decorators/permissions.js';
export { MaxAuthAge } from './routes/decorators/authentication.js';
export { MaxStaleness } from './authorize/max-staleness.decorator.js';
export { CurrentUser } from './transports/current-user.js';
export { Roles } from './authorize/roles.decorator.js';
export { Amr, NotAnonymous, Verified } from './authorize/user.decorators.js';
export { Authorize } from './authorize/authorize.decorator.js';
export { Issuers } from './authorize/issuers.decorator.js';
export { OrganizationScopes } from './authorize/organization-scopes.decorator.js';
export { CurrentOrganization } from './transports/current-organization.js';
export { authgear, authpi, oidc } from './options/profiles.js';
export { toHttpException } from './respond/to-http-exception.js';

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
} from './options/contracts.js';
export type { RevocationStore } from './authenticate/revocation-store.js';
export type { ProfileOptions } from './options/profiles.js';
export type { ClaimPath, OidcClaims } from './core/issuer/oidc.js';
export type { Organization } from './core/organization.js';
export type { Policy, PolicyFunction } from './authorize/authorize.decorator.js';
export type { Alternatives } from './authorize/demand.js';
export type { MaxAuthAgeOptions } from './routes/decorators/authentication.js';
export type { IdTokenExpectation, VerifiedIdToken } from './core/token/verify-id-token.js';
export type { IdTokenSource } from './credentials/bearer/id-token.js';
export type { OrganizationScopesOptions } from './authorize/organization-scopes.decorator.js';
export type { ReadableRequest } from './transports/http.js';
export type { OrganizationSource } from './routes/organization-id.js';
export type { KeysMessage } from './observability/channels.js';
export type { RefusedMessage } from './respond/refusal-channel.js';
export type { JwksStatus } from './keys/jwks.service.js';
export type {
  AuthErrorCode,
  AuthErrorOptions,
  RefusalDetails,
  RefusalContext,
  RefusalKind,
} from './core/errors.js';
export type { Algorithm } from './core/crypto/algorithms.js';
export type { Clock } from './core/clock.js';
export type { Fetch as FetchFunction } from './core/http.js';
export type { KeyHealth } from './core/keys/freshness.js';
export type { RouteDecorator } from './routes/route-metadata.js';
export type { Duration, DurationString } from './core/duration.js';
export type { Claims } from './core/types.js';
export type { AuthenticatedVia, AuthgearUserFields } from './core/user.js';
