import { none, type Claims } from './types.js';

const noClaims: Claims = Object.freeze({});

/** A membership of an AuthPI organization, as the token states it. */
export interface Organization {
  readonly id: string;
  readonly title: string | undefined;
  /** What the user may do **in this organization**. Never mix them with the scopes of the token. */
  readonly scopes: readonly string[];
  /** When the user joined, in epoch seconds; `undefined` when they have not (yet). */
  readonly joinedAt: number | undefined;
}

/**
 * How a user was authenticated: by a token that was verified here, by Authgear's resolver, by a
 * proxy that asked it, or by a strategy of that name.
 */
export type AuthenticatedVia = 'jwt' | 'resolver' | 'proxy' | (string & {});

type Fields = { readonly [Field in keyof AuthgearUser]: AuthgearUser[Field] };

/**
 * The fields of an {@link AuthgearUser}, to make one by hand. What is omitted is unknown, or empty.
 */
export type AuthgearUserFields = Pick<Fields, 'sub' | 'issuer' | 'via'> & Partial<Fields>;

/**
 * Who a request speaks for. Immutable; serializes to plain JSON.
 *
 * A field that the issuer cannot know is `undefined`, which is not the same as `false`. A session
 * (see {@link via}) has no client, audience, scopes, expiry or claims: those are a token's.
 */
export class AuthgearUser {
  /** `sub`: the user id, or the machine's subject. Unique within {@link issuer} only. */
  readonly sub: string;
  /** `iss`: who vouched for this user. */
  readonly issuer: string;
  /** How this user was authenticated. */
  readonly via: AuthenticatedVia;
  /** `client_id`: the application that the token was issued to. */
  readonly clientId: string | undefined;
  /** `aud`: for whom the token was issued; always a list. */
  readonly audience: readonly string[];
  /** `scope`, split; empty when the token has none. */
  readonly scopes: readonly string[];
  /**
   * Effective role keys (Authgear: `https://authgear.com/claims/user/roles`; others: see
   * `rolesClaim`); empty when the token has none.
   */
  readonly roles: readonly string[];
  /** Authgear: an anonymous user. */
  readonly isAnonymous: boolean | undefined;
  /** Authgear: a user with a verified login id. */
  readonly isVerified: boolean | undefined;
  /** Authgear: whether this user can reauthenticate at all. */
  readonly canReauthenticate: boolean | undefined;
  /** Whether the token was issued to a machine (client credentials) and not to a person. */
  readonly isMachine: boolean;
  /**
   * When the user last authenticated, in epoch seconds; `undefined` when the token does not tell,
   * or tells it in a way that means something else.
   */
  readonly authTime: number | undefined;
  /** `amr`: how the user authenticated (RFC 8176); empty when the token does not tell. */
  readonly amr: readonly string[];
  /**
   * AuthPI: the organizations that the user belongs to. `undefined` where the issuer knows none.
   */
  readonly organizations: readonly Organization[] | undefined;
  /**
   * `sid`: the session behind the token, where the access token tells (AuthPI; Authgear's does
   * not).
   */
  readonly sessionId: string | undefined;
  /**
   * AuthPI `dat.type`: what the token speaks for, such as `identity`, `agent`, `key` or `token`.
   */
  readonly principalType: string | undefined;
  /** `exp`, in epoch seconds; `undefined` for a session. */
  readonly expiresAt: number | undefined;
  /** All claims of the token as the issuer sent them, deeply frozen; empty for a session. */
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
