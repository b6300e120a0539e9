/**
 * The kind of a refusal. It determines the status and the challenge of the response.
 *
 * - `no_credentials`, `invalid_request`, `invalid_token`, `insufficient_scope`: RFC 6750 section 3
 * - `step_up`: RFC 9470 section 3
 * - `forbidden`: a 403 without a challenge, because a new token would not help
 * - `unavailable`: the check is not possible right now; this is never the token's fault
 * - `configuration`: a problem at startup, never an HTTP response
 * - `notice`: a log line about a request that is not refused
 */
export type RefusalKind =
  | 'no_credentials'
  | 'invalid_request'
  | 'invalid_token'
  | 'insufficient_scope'
  | 'step_up'
  | 'forbidden'
  | 'unavailable'
  | 'configuration'
  | 'notice';

/** A row of the catalog. */
interface CatalogEntry {
  readonly kind: RefusalKind;
  /** The message for the client. Never depends on the token. */
  readonly message: string;
  /** Advice for the developer. */
  readonly fix: string;
  /** The code for the client, if the precise code would help attackers more than clients. */
  readonly publicCode?: 'token_invalid' | 'keys_unavailable';
}

/**
 * The same response for a wrong issuer, a wrong audience, an unknown key and an invalid signature.
 * Only the log contains the precise code.
 */
/** @internal */
export const WITHHELD_MESSAGE = 'The access token is not valid for this API.';

const undisclosed = {
  kind: 'invalid_token',
  publicCode: 'token_invalid',
  message: WITHHELD_MESSAGE,
} as const;

/** One answer for everything that keeps keys away: why is for the log only. */
const unavailable = {
  kind: 'unavailable',
  publicCode: 'keys_unavailable',
  message: 'The keys of the issuer are not available, so no token can be checked right now.',
} as const;

/** Keeps the codes as a type, and leaves the texts out of the declarations. */
function rows<Code extends string>(
  catalog: Record<Code, CatalogEntry>,
): Readonly<Record<Code, CatalogEntry>> {
  return catalog;
}

const catalog = rows({
  // 401 without error, 400
  credentials_missing: {
    kind: 'no_credentials',
    message: 'This route needs an access token.',
    fix:
      'Send the header "Authorization: Bearer <access token>", or mark the route @Public() or ' +
      '@OptionalAuth().',
  },
  authorization_malformed: {
    kind: 'invalid_request',
    message: 'The Authorization header is malformed.',
    fix: 'Send exactly "Bearer", one space and the token, without quotes or line breaks.',
  },
  multiple_credentials: {
    kind: 'invalid_request',
    message: 'The request carries more than one credential.',
    fix:
      'Send one Authorization header with one Bearer token, or one session cookie. If a proxy ' +
      'adds a second, let it replace the first instead.',
  },

  // 401 invalid_token: structure
  token_too_large: {
    kind: 'invalid_token',
    message: 'The access token is too large.',
    fix:
      'A token may have at most 16384 bytes. Remove large custom claims from the token, and read ' +
      'them from the API of the issuer.',
  },
  token_malformed: {
    kind: 'invalid_token',
    message: 'The access token is not a well-formed JWT.',
    fix:
      'Send the access token exactly as the issuer returned it. If the issuer returns opaque ' +
      'tokens, enable JWT access tokens there.',
  },
  token_is_opaque: {
    kind: 'invalid_token',
    message: 'The access token is opaque, not a JWT.',
    fix:
      'In the Authgear portal, enable "Issue JWT as access token" for the application and sign ' +
      'in again; or set resolver: { opaqueTokens: true }.',
  },
  token_is_refresh_token: {
    kind: 'invalid_token',
    message: 'A refresh token was sent instead of an access token.',
    fix:
      'Send the access_token of the token response, not the refresh_token. Clients must send ' +
      'refresh tokens only to the token endpoint.',
  },
  token_is_id_token: {
    kind: 'invalid_token',
    message: 'An ID token was sent instead of an access token.',
    fix:
      'Send the access_token of the token response, not the id_token: an ID token describes the ' +
      'user to the client, and grants no access.',
  },

  // 401 invalid_token: header
  algorithm_not_allowed: {
    kind: 'invalid_token',
    message: 'The access token is signed with an algorithm that is not allowed.',
    fix:
      'If the issuer really signs with this algorithm, add it to the option "algorithms". ' +
      '"none" and HMAC can never be allowed.',
  },
  typ_not_allowed: {
    kind: 'invalid_token',
    message: 'The token does not have the type of an access token.',
    fix:
      'Access tokens have the typ "at+jwt" (RFC 9068). If the issuer uses another one, set it in ' +
      'the option "typ".',
  },
  crit_not_supported: {
    kind: 'invalid_token',
    message: 'The access token requires an extension that is not supported.',
    fix:
      'No critical header extension is supported (RFC 7515 section 4.1.11). Ask the issuer for ' +
      'tokens without "crit".',
  },
  kid_invalid: {
    kind: 'invalid_token',
    message: 'The access token has an unusable key id.',
    fix: 'A "kid" must be a non-empty string or absent. Ask the issuer for well-formed tokens.',
  },

  // 401 invalid_token: claims
  issuer_mismatch: {
    ...undisclosed,
    fix:
      'Compare the two issuers in the reason: the option "issuer" must equal the "iss" of the ' +
      'tokens exactly.',
  },
  issuer_trailing_slash: {
    ...undisclosed,
    fix:
      'The token\'s "iss" and the option differ only by a trailing slash. Set the option to the ' +
      'token\'s "iss"; if this is not Authgear: issuers: [oidc({ issuer, audience })].',
  },
  audience_mismatch: {
    ...undisclosed,
    fix:
      'If access tokens with the audience in the reason are for this API, add it to the option ' +
      '"audience". Otherwise, request the right resource. The "aud" of ID tokens is a client.',
  },
  audience_trailing_slash: {
    ...undisclosed,
    fix:
      'The token\'s "aud" and the option "audience" differ only by a trailing slash. Set the ' +
      'option to exactly the token\'s "aud".',
  },
  token_expired: {
    kind: 'invalid_token',
    message: 'The access token has expired.',
    fix:
      'Refresh the token on the client. If fresh tokens are refused too, the clock of this ' +
      'machine is ahead: synchronize it (NTP).',
  },
  token_not_yet_valid: {
    kind: 'invalid_token',
    message: 'The access token is not valid yet.',
    fix:
      'Its "nbf" is in the future. If the token is fresh, the clock of this machine is behind: ' +
      'synchronize it (NTP).',
  },
  token_issued_in_future: {
    kind: 'invalid_token',
    message: 'The access token was issued in the future.',
    fix:
      'The clock of this machine is behind the clock of the issuer: synchronize it (NTP). ' +
      'The maximum of "clockTolerance" is 120 s.',
  },
  claim_missing: {
    kind: 'invalid_token',
    message: 'The access token lacks a required claim.',
    fix:
      'Configure the issuer to add the claim in the reason, or remove it from "requiredClaims" ' +
      'if it is listed there.',
  },
  claim_invalid: {
    kind: 'invalid_token',
    message: 'The access token has a claim of the wrong type.',
    fix:
      'Configure the issuer to send the claim in the reason with its standard type. Custom ' +
      'claims hooks are a common cause.',
  },
  token_sender_constrained: {
    kind: 'invalid_token',
    message: 'The access token is bound to a key and cannot be used as a bearer token.',
    fix:
      'A token with "cnf" (RFC 7800) is valid only with proof of its key, which is not ' +
      'supported. Ask the issuer for bearer tokens.',
  },
  client_not_allowed: {
    kind: 'invalid_token',
    message: 'The access token was issued to a client that this API does not accept.',
    fix: 'Add the client in the reason to the option "clientId" if its users may call this API.',
  },

  // 401 invalid_token: key and signature
  key_unknown: {
    ...undisclosed,
    fix:
      'The issuer publishes no such key. If it has just rotated its keys, they are fetched again ' +
      'after the cooldown. Otherwise, another issuer signed the token.',
  },
  signature_invalid: {
    ...undisclosed,
    fix:
      'The token was changed in transit, or forged. Compare the token that the client received ' +
      'with the one that arrives here.',
  },

  // strategies of the application
  credential_malformed: {
    kind: 'invalid_request',
    message: 'The credential is malformed.',
    fix: 'A strategy of this application refused the credential: see the reason.',
  },
  credential_invalid: {
    kind: 'invalid_token',
    message: 'The credential is not valid.',
    fix: 'A strategy of this application refused the credential: see the reason.',
  },

  // sessions and revocation
  session_invalid: {
    kind: 'invalid_token',
    message: 'The session is not valid.',
    fix:
      'Let the user sign in again: the session ended, or the user was disabled. If all sessions ' +
      'are refused, compare "issuer" and "cookiePrefix" with the project; with another host in ' +
      '"resolver.url", Authgear must trust X-Forwarded-Host there.',
  },
  token_revoked: {
    kind: 'invalid_token',
    message: 'The access token was revoked.',
    fix:
      'The user was disabled, deleted or signed out after the token was issued. Let the user ' +
      'sign in again. If every token is refused and "resolver.url" or "userinfoUrl" has another ' +
      'host than the issuer, Authgear must trust X-Forwarded-Host there.',
  },
  cross_origin_request: {
    kind: 'forbidden',
    message: 'This request may not be made from another origin with a session cookie.',
    fix:
      'Browsers send cookies automatically, so a request with an unsafe method must come from ' +
      'the same origin. Add the origin to "allowedOrigins" if it is yours.',
  },
  proxy_headers_invalid: {
    kind: 'invalid_request',
    message: 'The request carries contradictory session headers.',
    fix:
      'Configure the proxy to replace the X-Authgear-* headers of the client, not to add to ' +
      'them: see "Sessions and revocation" in the README.',
  },
  proxy_required: {
    kind: 'forbidden',
    message: 'The request did not come through the proxy.',
    fix:
      'Send requests through the proxy, and make it send the proof that "proxyHeaders" expects. ' +
      'Without "required", other credentials are accepted.',
  },
  proxy_headers_untrusted: {
    kind: 'notice',
    message: 'X-Authgear-* headers came without proof that a proxy set them, and were ignored.',
    fix:
      'A client bypasses the proxy, or the proxy does not send the secret of "proxyHeaders". ' +
      'Block direct access to the application.',
  },
  webhook_signature_invalid: {
    kind: 'forbidden',
    message: 'The signature of the webhook is not valid.',
    fix:
      'Copy the webhook secret from the Authgear portal to "webhooks.secret", and make sure that ' +
      'no proxy changes the body.',
  },
  webhook_malformed: {
    kind: 'invalid_request',
    message: 'The webhook is not a valid event.',
    fix: "Send events as Authgear's webhooks do: JSON objects with Content-Type: application/json.",
  },

  // authorization
  session_has_no_scopes: {
    kind: 'forbidden',
    message: 'This route needs a scope, and a session has none.',
    fix:
      'Only access tokens have scopes. Call the route with a JWT, or use @Roles() instead of ' +
      '@Scopes().',
  },
  confirmation_not_supported: {
    kind: 'forbidden',
    message:
      'This route needs a fresh confirmation of the session, which its issuer cannot provide.',
    fix:
      'Set "userinfoUrl" for this issuer, return "confirmedAt" from your strategy, or remove ' +
      '@MaxStaleness() from the route.',
  },
  scope_missing: {
    kind: 'insufficient_scope',
    message: 'The access token lacks a scope that this route needs.',
    fix:
      'Let the client request the scope in the challenge, and configure the issuer to grant it. ' +
      'Authgear grants users no custom scopes: use @Roles() for them.',
  },
  authentication_too_old: {
    kind: 'step_up',
    message: 'This route needs a more recent authentication.',
    fix:
      'Let the client reauthenticate the user (prompt=login, or max_age from the challenge) ' +
      'and call again with the new token.',
  },
  authentication_time_missing: {
    kind: 'step_up',
    message: 'This route needs a token with the time of the authentication.',
    fix:
      'The token has no usable "auth_time". Authgear has sent it since February 2025: update the ' +
      "issuer. AuthPI's access tokens never have one.",
  },
  authentication_time_in_future: {
    kind: 'step_up',
    message: 'The authentication time of the access token is in the future.',
    fix: 'The clock of this machine is behind the clock of the issuer: synchronize it (NTP).',
  },
  issuer_not_accepted: {
    kind: 'forbidden',
    message: 'This route does not accept tokens of this issuer.',
    fix:
      'Call the route with a token of an issuer that its @Issuers() lists, or add this issuer ' +
      'there.',
  },
  organization_not_named: {
    kind: 'forbidden',
    message: 'The request does not name an organization.',
    fix:
      'Send the organization where the "from" of @OrganizationScopes() reads it. If the request ' +
      'already does, correct "from".',
  },
  organization_not_member: {
    kind: 'forbidden',
    message: 'The user is not an active member of this organization.',
    fix:
      'Let the user join the organization and sign in again: the token contains the ' +
      'memberships. Only AuthPI tokens have them.',
  },
  organization_scope_missing: {
    kind: 'forbidden',
    message: 'The user lacks a scope in this organization.',
    fix:
      "Grant the scope in the user's membership in this organization, and let the user sign in " +
      'again.',
  },
  role_missing: {
    kind: 'forbidden',
    message: 'The user lacks a role that this route needs.',
    fix: 'Assign the role to the user at the issuer. Then let the client refresh the token.',
  },
  user_not_verified: {
    kind: 'forbidden',
    message: 'This route needs a verified user.',
    fix:
      'Let the user verify an email address or phone number. Only Authgear reports verified ' +
      'users.',
  },
  user_is_anonymous: {
    kind: 'forbidden',
    message: 'This route is not for anonymous users.',
    fix:
      'Let the client promote the anonymous user to a full one. Only Authgear reports anonymous ' +
      'users.',
  },
  policy_denied: {
    kind: 'forbidden',
    message: 'A policy of this route does not allow the request.',
    fix: 'The reason is the text in the @Authorize() of the route.',
  },
  authentication_method_missing: {
    kind: 'step_up',
    message: 'This route needs a stronger authentication.',
    fix: 'Let the client reauthenticate the user with the method in the reason.',
  },
  id_token_invalid: {
    kind: 'invalid_token',
    message: 'The ID token sent with the access token is not valid for this request.',
    fix:
      'Send a fresh ID token of the same user and client as the access token, or none. See the ' +
      'reason.',
  },
  user_cannot_reauthenticate: {
    kind: 'forbidden',
    message: 'This route needs a fresh authentication, and this user cannot reauthenticate.',
    fix:
      "Allow such users with @MaxAuthAge(age, { ifCannotReauthenticate: 'allow' }), or let them " +
      'set up a way to sign in.',
  },
  machine_cannot_reauthenticate: {
    kind: 'forbidden',
    message: 'This route needs a user who can authenticate again, and a machine cannot.',
    fix:
      'Call the route with a user token, or remove @MaxAuthAge() and @Amr() from routes for ' +
      'machines.',
  },
  transport_not_supported: {
    kind: 'forbidden',
    message: 'This operation is not available.',
    fix:
      'Add @Public() to the handler, and a guard of its own that calls ' +
      'TokenService.verifyAccessToken().',
  },

  // 503
  keys_unavailable: {
    ...unavailable,
    fix:
      'See the reason, and check that this machine can reach the issuer (DNS, proxy, firewall, ' +
      'IP filter at the issuer).',
  },
  issuer_lookup_failed: {
    ...unavailable,
    fix:
      'The function in the option "issuers" failed: see the reason and the cause. It must ' +
      'return options, or undefined for an unknown issuer.',
  },
  session_unconfirmed: {
    kind: 'unavailable',
    message: 'The session cannot be confirmed right now.',
    fix:
      'See the reason, and check that this machine can reach the resolver or the userinfo ' +
      'endpoint of the issuer.',
  },
  revocation_unavailable: {
    kind: 'unavailable',
    message: 'The revocation of the token cannot be checked right now.',
    fix:
      "The store in 'revocation.store' failed: see the reason. With onStoreFailure: 'open', " +
      'each replica uses only its own records.',
  },
  metadata_issuer_mismatch: {
    ...unavailable,
    fix:
      'Set the option "issuer" to the issuer in the metadata, or "metadataUrl" to the URL of the ' +
      'right metadata.',
  },
  jwks_uri_insecure: {
    ...unavailable,
    fix: 'Keys must use https. Correct the public origin at the issuer, or set "jwksUri".',
  },

  // bootstrap
  configuration_invalid: {
    kind: 'configuration',
    message: 'The configuration of nestjs-authgear is invalid.',
    fix: 'Correct the options that the message lists.',
  },
});

/** Every code that an {@link AuthError} can have. The README lists them all with their fixes. */
export type AuthErrorCode = keyof typeof catalog;

/** @internal All rows of the catalog, for documentation and tests. */
export const errorCatalog = catalog;
