import { none, type Claims } from './types.js';

const noClaims: Claims = Object.freeze({});

/** A membership in an AuthPI organization, as the token contains it. */
export interface Organization {
  readonly id: string;
  readonly title: string | undefined;
  /** Scopes **in this organization only**. Never combine them with the scopes of the token. */
  readonly scopes: readonly string[];
  /** When the user joined, in epoch seconds; `undefined` when they have not (yet). */
  readonly joinedAt: number | undefined;
}

/**
 * How a user was authenticated: by a locally verified token (`'jwt'`), by Authgear's resolver, by a
 * proxy that asked the resolver, or by the strategy with that name.
 */
export type AuthenticatedVia = 'jwt' | 'resolver' | 'proxy' | (string & {});

type Fields = { readonly [Field in keyof AuthgearUser]: AuthgearUser[Field] };

/** The fields to construct an {@link AuthgearUser}. Omitted fields are `undefined` or empty. */
export type AuthgearUserFields = Pick<Fields, 'sub' | 'issuer' | 'via'> & Partial<Fields>;

/**
 * The authenticated user or machine of a request. Immutable; serializes to plain JSON.
 *
 * A field that the issuer does not provide is `undefined`, which is not the same as `false`. A
 * session (see {@link via}) has no client, audience, scopes, expiry or claims: only tokens do.
 */
export class AuthgearUser {
  /** `sub`: the id of the user or machine. Unique only within {@link issuer}. */
  readonly sub: string;
  /** `iss`: the issuer of the token or session. */
  readonly issuer: string;
  /** How this user was authenticated. */
  readonly via: AuthenticatedVia;
  /** `client_id`: the application that the token was issued to. */
  readonly clientId: string | undefined;
  /** `aud`: the audience of the token, always as a list. */
  readonly audience: readonly string[];
  /** `scope`, as a list; empty when the token has none. */
  readonly scopes: readonly string[];
  /**
   * Effective role keys (Authgear: `https://authgear.com/claims/user/roles`; others: see
   * `rolesClaim`); empty when the token has none.
   */
  readonly roles: readonly string[];
  /** Authgear: whether the user is anonymous. */
  readonly isAnonymous: boolean | undefined;
  /** Authgear: whether the user has a verified login id. */
  readonly isVerified: boolean | undefined;
  /** Authgear: whether the user is able to reauthenticate. */
  readonly canReauthenticate: boolean | undefined;
  /** Whether the token was issued to a machine (client credentials grant), not to a user. */
  readonly isMachine: boolean;
  /**
   * When the user last authenticated, in epoch seconds; `undefined` when the token has no
   * `auth_time`, or when the issuer's `auth_time` has another meaning.
   */
  readonly authTime: number | undefined;
  /** `amr`: the authentication methods (RFC 8176); empty when the token has none. */
  readonly amr: readonly string[];
  /**
   * AuthPI: the organizations that the user belongs to. `undefined` for issuers without
   * organizations.
   */
  readonly organizations: readonly Organization[] | undefined;
  /**
   * `sid`: the session of the token, if the access token contains it (AuthPI's do, Authgear's do
   * not).
   */
  readonly sessionId: string | undefined;
  /**
   * AuthPI `dat.type`: the kind of principal, such as `identity`, `agent`, `key` or `token`.
   */
  readonly principalType: string | undefined;
  /** `exp`, in epoch seconds; `undefined` for a session. */
  readonly expiresAt: number | undefined;
  /** All claims of the token as the issuer sent them, deeply frozen. Empty for a session. */
  readonly claims: Claims;

  constructor(fields: AuthgearUserFields) {
    this.sub = fields.sub;
    this.issuer = fields.issuer;
    this.via = fields.via;
    this.clientId = fields.clientId;
    this.audience = fields.audience ?? none;
    this.scopes = fields.scopes ?? none;
    this.roles = fields.roles ?? none;
    this.isAnonymous = fields.isAnonymous;
    this.isVerified = fields.isVerified;
    this.canReauthenticate = fields.canReauthenticate;
    this.isMachine = fields.isMachine ?? false;
    this.authTime = fields.authTime;
    this.amr = fields.amr ?? none;
    this.organizations = fields.organizations;
    this.sessionId = fields.sessionId;
    this.principalType = fields.principalType;
    this.expiresAt = fields.expiresAt;
    this.claims = fields.claims ?? noClaims;
    Object.freeze(this);
  }
}
