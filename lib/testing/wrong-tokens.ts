import { createHmac, randomUUID } from 'node:crypto';
import { createSigningKey, encode, signJwt, type SigningKey } from './signing-key.js';

/** A valid token from which invalid ones are created. */
export interface TokenParts {
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly key: SigningKey;
  /** Epoch seconds. */
  readonly now: number;
}

type Make = (parts: TokenParts) => string;

const withPayload =
  (change: (parts: TokenParts) => Record<string, unknown>): Make =>
  (parts) =>
    signJwt(parts.header, { ...parts.payload, ...change(parts) }, parts.key);

const withHeader =
  (change: Record<string, unknown>): Make =>
  ({ header, payload, key }) =>
    signJwt({ ...header, ...change }, payload, key);

const unsigned = (header: object, payload: object) => `${encode(header)}.${encode(payload)}`;

/** Common invalid access tokens. Each differs from a valid one in one detail. */
const makers = {
  /** `alg: none` and no signature (RFC 8725 section 2.1). */
  'alg none': ({ header, payload }) => `${unsigned({ ...header, alg: 'none' }, payload)}.`,
  /** The public key used as an HMAC secret (RFC 8725 section 2.1). */
  'hmac with the public key': ({ header, payload, key }) => {
    const input = unsigned({ ...header, alg: 'HS256' }, payload);
    const pem = key.publicKey.export({ type: 'spki', format: 'pem' });
    return `${input}.${createHmac('sha256', pem).update(input).digest('base64url')}`;
  },
  /** Signed with another key, and the correct `kid`. */
  'foreign key': ({ header, payload, key }) => signJwt(header, payload, createSigningKey(key.alg)),
  /** Signed with a key that the header contains (`jwk`). */
  'embedded key': ({ header, payload, key }) => {
    const own = createSigningKey(key.alg);
    return signJwt({ ...header, jwk: own.jwk }, payload, own);
  },
  /** Changed after signing. */
  'changed payload': ({ header, payload, key }) => {
    const [first, , signature] = signJwt(header, payload, key).split('.');
    return `${first}.${encode({ ...payload, sub: 'somebody-else' })}.${signature}`;
  },
  /** A key id that the issuer does not have. */
  'unknown kid': ({ header, payload, key }) =>
    signJwt({ ...header, kid: randomUUID() }, payload, key),
  'critical extension': withHeader({ crit: ['exp'] }),
  'id token type': withHeader({ typ: 'JWT' }),
  expired: withPayload(({ now }) => ({ iat: now - 3600, exp: now - 1800 })),
  'not yet valid': withPayload(({ now }) => ({ nbf: now + 600 })),
  'issued in the future': withPayload(({ now }) => ({ iat: now + 600, exp: now + 2400 })),
  'other issuer': withPayload(() => ({ iss: 'https://attacker.example' })),
  'issuer with a slash': withPayload(({ payload }) => ({ iss: `${String(payload['iss'])}/` })),
  'other audience': withPayload(() => ({ aud: ['https://other-api.example'] })),
  'audience with a slash': withPayload(({ payload }) => ({
    aud: [payload['aud']].flat().map((aud) => `${String(aud)}/`),
  })),
  'without audience': withPayload(() => ({ aud: undefined })),
  'without expiry': withPayload(() => ({ exp: undefined })),
  'without subject': withPayload(() => ({ sub: undefined })),
} as const satisfies Record<string, Make>;

/** The name of an invalid access token. */
export type WrongToken = keyof typeof makers;

/** All names, for parameterized tests. */
export const wrongTokens = Object.keys(makers) as WrongToken[];

/** @internal */
export function makeWrongToken(kind: WrongToken, parts: TokenParts): string {
  return makers[kind](parts);
}
