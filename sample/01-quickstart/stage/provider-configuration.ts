import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import type { Configuration } from 'oidc-provider';
import { accessTokenClaims, likeAuthgear } from './access-token.js';
import { grantWhatIsAsked } from './grants.js';
import type { Settings } from './settings.js';
import { problemPage, signOutPage } from './sign-in-page.js';
import { findUser, users } from './users.js';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Configures `oidc-provider` like Authgear: same endpoints, RS256 access tokens, same audience. */
export function providerConfiguration({ issuer, clientId, pageUrl }: Settings): Configuration {
  const pageOrigin = new URL(pageUrl).origin;
  return {
    clients: [
      {
        client_id: clientId,
        // A page is a public client. PKCE replaces the client secret.
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        redirect_uris: [pageUrl],
        post_logout_redirect_uris: [pageUrl],
        require_auth_time: true,
      },
    ],
    pkce: { required: () => true },
    clientBasedCORS: (_ctx, origin) => origin === pageOrigin,
    routes: {
      authorization: '/oauth2/authorize',
      token: '/oauth2/token',
      jwks: '/oauth2/jwks',
      userinfo: '/oauth2/userinfo',
      end_session: '/oauth2/end_session',
    },
    jwks: { keys: [createSigningKey()] },
    cookies: {
      keys: [randomBytes(32).toString('hex')],
      names: {
        session: 'quickstart',
        interaction: 'quickstart_sign_in',
        resume: 'quickstart_resume',
      },
    },
    ttl: {
      AccessToken: 30 * MINUTE,
      AuthorizationCode: MINUTE,
      IdToken: 5 * MINUTE,
      RefreshToken: DAY,
      Grant: DAY,
      Session: DAY,
      Interaction: HOUR,
    },

    scopes: ['openid', 'offline_access'],
    claims: { openid: ['sub', 'preferred_username'], preferred_username: null },
    findAccount: (_ctx, sub) => {
      const user = findUser(sub);
      return user && { accountId: sub, claims: () => ({ sub, preferred_username: user.username }) };
    },
    interactions: { url: (_ctx, { uid }) => `/sign-in/${uid}` },
    renderError: (ctx, { error, error_description: description }) => {
      ctx.type = 'html';
      ctx.body = problemPage(description ?? error, pageUrl);
    },
    loadExistingGrant: (ctx) => grantWhatIsAsked(ctx, issuer),
    // Like Authgear, issue a refresh token without a consent page. OpenID Connect requires consent.
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    extraTokenClaims: accessTokenClaims,
    formats: { customizers: { jwt: likeAuthgear } },

    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: true, logoutSource: signOutPage },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => issuer,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          audience: issuer,
          scope: ['openid', ...new Set(users.flatMap(({ scopes }) => scopes))].join(' '),
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  };
}

/**
 * Creates the signing key. Each start has a new one, so the API refuses tokens of an earlier run.
 */
function createSigningKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), alg: 'RS256', use: 'sig' };
}
