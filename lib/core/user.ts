import type { Organization } from './organization.js';
import type { Claims } from './types.js';

/** The fields of an {@link AuthgearUser}, to make one by hand. */
export type AuthgearUserFields = { readonly [Field in keyof AuthgearUser]: AuthgearUser[Field] };

/**
 * Who a verified access token speaks for. Immutable; serializes to plain JSON.
 *
 * A field that the issuer's profile cannot know is `undefined`, which is not the same as `false`.
 */
export class AuthgearUser {
  /** `sub`: the user id, or the machine's subject. Unique within {@link issuer} only. */
  readonly sub: string;
  /** `iss`: who vouched for this user. */
  readonly issuer: string;
  /** `client_id`: the application that the token was issued to. */
  readonly clientId: string | undefined;
  /** `aud`: for whom the token was issued; always a list. */
  readonly audience: readonly string[];
  /** `scope`, split; empty when the token has none. */
  readonly scopes: readonly string[];
  /** Effective role keys (Authgear: `https://authgear.com/claims/user/roles`; others: see `rolesClaim`); empty when the token has none. */
  readonly roles: readonly string[];
  /** Authgear: an anonymous user. */
  readonly isAnonymous: boolean | undefined;
  /** Authgear: a user with a verified login id. */
  readonly isVerified: boolean | undefined;
  /** Authgear: whether this user can reauthenticate at all. */
  readonly canReauthenticate: boolean | undefined;
  /** Whether the token was issued to a machine (client credentials) and not to a person. */
  readonly isMachine: boolean;
  /** When the user last authenticated, in epoch seconds; `undefined` when the token does not tell, or tells it in a way that means something else. */
  readonly authTime: number | undefined;
  /** `amr`: how the user authenticated (RFC 8176); empty when the token does not tell. */
  readonly amr: readonly string[];
  /** AuthPI: the organizations that the user belongs to. `undefined` where the issuer knows none. */
  readonly organizations: readonly Organization[] | undefined;
  /** `sid`: the session behind the token, where the access token tells (AuthPI; Authgear's does not). */
  readonly sessionId: string | undefined;
  /** AuthPI `dat.type`: what the token speaks for, such as `identity`, `agent`, `key` or `token`. */
  readonly principalType: string | undefined;
  /** `exp`, in epoch seconds. */
  readonly expiresAt: number;
  /** All claims of the token as the issuer sent them, deeply frozen. */
  readonly claims: Claims;

  constructor(fields: AuthgearUserFields) {
    this.sub = fields.sub;
    this.issuer = fields.issuer;
    this.clientId = fields.clientId;
    this.audience = fields.audience;
    this.scopes = fields.scopes;
    this.roles = fields.roles;
    this.isAnonymous = fields.isAnonymous;
    this.isVerified = fields.isVerified;
    this.canReauthenticate = fields.canReauthenticate;
    this.isMachine = fields.isMachine;
    this.authTime = fields.authTime;
    this.amr = fields.amr;
    this.organizations = fields.organizations;
    this.sessionId = fields.sessionId;
    this.principalType = fields.principalType;
    this.expiresAt = fields.expiresAt;
    this.claims = fields.claims;
    Object.freeze(this);
  }
}
