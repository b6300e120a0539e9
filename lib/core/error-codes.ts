/**
 * How a refusal is answered. Each kind is one row of the answers table: a status and a challenge.
 *
 * - `no_credentials`, `invalid_request`, `invalid_token`, `insufficient_scope`: RFC 6750 section 3
 * - `step_up`: RFC 9470 section 3
 * - `forbidden`: a 403 that no other token would change
 * - `unavailable`: nobody can tell right now; never the token's fault
 * - `configuration`: found at bootstrap, never an HTTP answer
 * - `notice`: a line in the log about a request that is answered all the same
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
  /** What the client is told. Never depends on the token. */
  readonly message: string;
  /** What the developer should do about it. */
  readonly fix: string;
  /**
   * The code that the client sees, where the precise one would help an attacker more than a client.
   */
  readonly publicCode?: 'token_invalid';
}

/**
 * One answer for wrong issuer, wrong audience, unknown key and bad signature: which of them it was
 * is told to the log only.
 */
const undisclosed = {
  kind: 'invalid_token',
  publicCode: 'token_invalid',
  message: 'The access token is not valid for this API.',
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
    fix: 'Send exactly "Bearer", one space and the token, without quotes and without line breaks.',
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
      'A token may have 16384 bytes at most. Take large custom claims out of the token and ' +
      'read them from the API of the issuer.',
  },
  token_malformed: {
    kind: 'invalid_token',
    message: 'The access token is not a well-formed JWT.',
    fix:
      'Send the access token exactly as the issuer gave it. If the issuer gives opaque tokens, ' +
      'turn on JWT access tokens there.',
  },
  token_is_opaque: {
    kind: 'invalid_token',
    message: 'The access token is opaque, not a JWT.',
    fix:
      'In the Authgear portal, turn on "Issue JWT as access token" for the application and ' +
      'sign in again; or set resolver: { opaqueTokens: true }.',
  },
  token_is_refresh_token: {
    kind: 'invalid_token',
    message: 'A refresh token was sent in place of an access token.',
    fix:
      'Send access_token of the token response, not refresh_token. A refresh token must never ' +
      'leave the client but to the token endpoint.',
  },
  token_is_id_token: {
    kind: 'invalid_token',
    message: 'An ID token was sent in place of an access token.',
    fix:
      'Send access_token of the token response, not id_token: an ID token tells the client who ' +
      'signed in, it grants nothing.',
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
    message: 'The token is not of the access token type.',
    fix:
      'Access tokens say typ "at+jwt" (RFC 9068). If the issuer sends another, name it in the ' +
      'option "typ".',
  },
  crit_not_supported: {
    kind: 'invalid_token',
    message: 'The access token demands an extension that is not supported.',
    fix:
      'No critical header extension is supported (RFC 7515 section 4.1.11). Ask the issuer for ' +
      'tokens without "crit".',
  },
  kid_invalid: {
    kind: 'invalid_token',
    message: 'The access token has an unusable key id.',
    fix: 'A "kid" must be a non-empty string, or absent. Ask the issuer for well-formed tokens.',
  },

  // 401 invalid_token: claims
  issuer_mismatch: {
    ...undisclosed,
    fix:
      'Compare the two issuers in the reason: the option "issuer" must be, to the letter, what ' +
      'the tokens carry as "iss".',
  },
  issuer_trailing_slash: {
    ...undisclosed,
    fix:
      'The token\'s "iss" and the option differ only by a slash at the end. Write the option ' +
      'like the token\'s "iss"; if it is not Authgear: issuers: [oidc({ issuer, audience })].',
  },
  audience_mismatch: {
    ...undisclosed,
    fix:
      'Add the audience in the reason to the option "audience" if access tokens for it are ' +
      'meant for this API; else ask for the right resource. ID tokens name a client there.',
  },
  audience_trailing_slash: {
    ...undisclosed,
    fix:
      'The token\'s "aud" and the option "audience" differ only by a slash at the end. Write ' +
      'the option exactly like the token\'s "aud".',
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
      '"clockTolerance" allows 120 s at most.',
  },
  claim_missing: {
    kind: 'invalid_token',
    message: 'The access token lacks a required claim.',
    fix:
      'Let the issuer add the claim that the reason names, or take it out of "requiredClaims" ' +
      'if it stands there.',
  },
  claim_invalid: {
    kind: 'invalid_token',
    message: 'The access token has a claim of the wrong type.',
    fix:
      'Let the issuer send the claim that the reason names in its standard type; look at ' +
      'custom claims hooks first.',
  },
  token_sender_constrained: {
    kind: 'invalid_token',
    message: 'The access token is bound to a key and cannot be used as a bearer token.',
    fix:
      'A token with "cnf" (RFC 7800) proves nothing without its key. Ask the issuer for bearer ' +
      'tokens.',
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
      'The issuer publishes no such key. If it rotated just now, the next look is after the ' +
      'cooldown; else the token is from elsewhere.',
  },
  signature_invalid: {
    ...undisclosed,
    fix:
      'The token was changed on its way, or forged. Compare what the client received with what ' +
      'arrives here.',
  },

  // strategies of the application
  credential_malformed: {
    kind: 'invalid_request',
    message: 'The credential is malformed.',
    fix: 'A strategy of this application says so: see the reason.',
  },
  credential_invalid: {
    kind: 'invalid_token',
    message: 'The credential is not valid.',
    fix: 'A strategy of this application says so: see the reason.',
  },

  // sessions and revocation
  session_invalid: {
    kind: 'invalid_token',
    message: 'The session is not valid.',
    fix:
      'Let the user sign in again: the session ended, or the user was disabled. If all are ' +
      'refused, compare "issuer" and "cookiePrefix" with the project.',
  },
  token_revoked: {
    kind: 'invalid_token',
    message: 'The access token was revoked.',
    fix:
      'The user was disabled, deleted or signed out after the token was issued. Let the user ' +
      'sign in again.',
  },
  cross_origin_request: {
    kind: 'forbidden',
    message: 'This request may not be made from another origin with a session cookie.',
    fix:
      'Browsers send cookies along by themselves, so an unsafe method must come from the same ' +
      'origin. List the origin in "allowedOrigins" if it is yours.',
  },
  proxy_headers_invalid: {
    kind: 'invalid_request',
    message: 'The request carries contradictory session headers.',
    fix:
      'Let the proxy replace the X-Authgear-* headers of the client, and not add to them: see ' +
      '"Sessions and revocation" in the README.',
  },
  proxy_headers_untrusted: {
    kind: 'notice',
    message: 'X-Authgear-* headers came without proof that a proxy set them, and were ignored.',
    fix:
      'Somebody goes round the proxy, or the proxy does not send the secret of "proxyHeaders". ' +
      'Close the direct way to the application.',
  },
  webhook_signature_invalid: {
    kind: 'forbidden',
    message: 'The signature of the webhook does not hold.',
    fix:
      'Copy the webhook secret from the Authgear portal into "webhooks.secret", and let ' +
      'nothing change the body on its way.',
  },
  webhook_malformed: {
    kind: 'invalid_request',
    message: 'The webhook is not a valid event.',
    fix:
      "Events are JSON objects as Authgear's webhooks send them, with Content-Type: " +
      'application/json.',
  },

  // authorization
  session_has_no_scopes: {
    kind: 'forbidden',
    message: 'This route needs a scope, and a session has none.',
    fix:
      'Scopes are in access tokens only. Call the route with a JWT, or let it demand @Roles() ' +
      'in place of @Scopes().',
  },
  confirmation_not_supported: {
    kind: 'forbidden',
    message: 'This route needs a fresh confirmation of the session, which its issuer cannot give.',
    fix:
      'Set "userinfoUrl" for this issuer, let a strategy of yours give "confirmedAt", or take ' +
      '@MaxStaleness() off the route.',
  },
  scope_missing: {
    kind: 'insufficient_scope',
    message: 'The access token lacks a scope that this route needs.',
    fix:
      'Let the client ask for the scope in the challenge, and the issuer grant it. Authgear ' +
      'grants people no scopes of yours: use @Roles() for them.',
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
    message: 'This route needs a token that tells when the user authenticated.',
    fix:
      'The token has no "auth_time". Authgear sends it since February 2025: update the issuer. ' +
      "AuthPI's access tokens never tell.",
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
      'Call the route with a token of an issuer that its @Issuers() names, or add this issuer ' +
      'there.',
  },
  organization_not_named: {
    kind: 'forbidden',
    message: 'The request does not say which organization it is about.',
    fix:
      'Send what the "from" of @OrganizationScopes() reads; if the request does, correct ' +
      '"from": it may name another parameter.',
  },
  organization_not_member: {
    kind: 'forbidden',
    message: 'The user is no active member of this organization.',
    fix:
      'Let the user join the organization and sign in again: memberships are in the token. ' +
      'Only AuthPI tokens have them.',
  },
  organization_scope_missing: {
    kind: 'forbidden',
    message: 'The user lacks a scope in this organization.',
    fix:
      "Grant the scope in the user's membership of this organization, and let the user sign in " +
      'again.',
  },
  role_missing: {
    kind: 'forbidden',
    message: 'The user lacks a role that this route needs.',
    fix: 'Give the user the role at the issuer. It is in the next token: let the client refresh.',
  },
  user_not_verified: {
    kind: 'forbidden',
    message: 'This route needs a verified user.',
    fix: 'Let the user verify an email address or phone number. Only Authgear tokens tell.',
  },
  user_is_anonymous: {
    kind: 'forbidden',
    message: 'This route is not for anonymous users.',
    fix: 'Let the client promote the anonymous user to a full one. Only Authgear tokens tell.',
  },
  policy_denied: {
    kind: 'forbidden',
    message: 'A policy of this route does not allow the request.',
    fix: 'The reason is the one that the @Authorize() of the route gives.',
  },
  authentication_method_missing: {
    kind: 'step_up',
    message: 'This route needs a stronger authentication.',
    fix: 'Let the client reauthenticate the user by the method that the reason names.',
  },
  id_token_invalid: {
    kind: 'invalid_token',
    message: 'The ID token beside the access token is not valid for this call.',
    fix:
      'Send a fresh ID token of the same user and application as the access token, or none. ' +
      'See the reason.',
  },
  user_cannot_reauthenticate: {
    kind: 'forbidden',
    message: 'This route needs a fresh authentication, and this user cannot reauthenticate.',
    fix:
      "Decide for such users by @MaxAuthAge(age, { ifCannotReauthenticate: 'allow' }), or let " +
      'them set up a way to sign in.',
  },
  machine_cannot_reauthenticate: {
    kind: 'forbidden',
    message: 'This route needs a person who authenticated recently; a machine cannot.',
    fix:
      'Call the route with a user token, or take @MaxAuthAge() off a route that machines may ' +
      'use.',
  },
  transport_not_supported: {
    kind: 'forbidden',
    message: 'JwtAuthGuard protects HTTP routes only, and refuses everything else.',
    fix:
      'Add @Public() to the handler, and a guard of its own that calls ' +
      'TokenService.verifyAccessToken().',
  },

  // 503
  keys_unavailable: {
    kind: 'unavailable',
    message: 'The keys of the issuer cannot be reached, so no token can be checked right now.',
    fix:
      'Look at the reason: can this machine reach the issuer (DNS, proxy, firewall, an IP ' +
      'filter at the issuer)?',
  },
  issuer_lookup_failed: {
    kind: 'unavailable',
    message: 'Whether the issuer of the token is trusted cannot be found out right now.',
    fix:
      'The function in the option "issuers" failed: see the reason and the cause. It must ' +
      'return options, or undefined for a stranger.',
  },
  session_unconfirmed: {
    kind: 'unavailable',
    message: 'Whether the session still holds cannot be found out right now.',
    fix:
      'Look at the reason: can this machine reach the resolver or the userinfo endpoint of the ' +
      'issuer?',
  },
  revocation_unavailable: {
    kind: 'unavailable',
    message: 'Whether the token was revoked cannot be found out right now.',
    fix:
      "The store in 'revocation.store' failed: see the reason. With onStoreFailure: 'open' " +
      'each replica goes by what it knows itself.',
  },
  metadata_issuer_mismatch: {
    kind: 'unavailable',
    message: 'The keys of the issuer cannot be trusted, so no token can be checked right now.',
    fix:
      'Set the option "issuer" to the issuer that the metadata names, or "metadataUrl" to ' +
      'where the right metadata is.',
  },
  jwks_uri_insecure: {
    kind: 'unavailable',
    message: 'The keys of the issuer cannot be trusted, so no token can be checked right now.',
    fix: 'Keys must come over https. Correct the public origin at the issuer, or set "jwksUri".',
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
