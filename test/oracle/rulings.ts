import { MAX_TOKEN_BYTES } from '../../lib/core/token/parse.js';

/** A kind of token that jose accepts and we refuse. */
export interface Ruling {
  readonly what: string;
  readonly why: string;
  /** Told by the token alone, so that a ruling cannot cover for a mistake of the signature step. */
  readonly covers: (token: string, keyBytes: number) => boolean;
}

const partsOf = (token: string) => token.split('.') as [string, string, string];
const bytesOf = (part: string) => Buffer.from(part, 'base64url');

function json(part: string): unknown {
  try {
    return JSON.parse(
      new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytesOf(part)),
    );
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const headerOf = (token: string) => json(partsOf(token)[0]);

/** Where we refuse more than jose. Each is met by at least one token of the test. */
export const rulings: readonly Ruling[] = [
  {
    what: 'padding',
    why:
      'RFC 7515 section 2: base64url without "=". A token has one spelling, or lists of ' +
      'revoked tokens could be walked around.',
    covers: (token) => token.includes('='),
  },
  {
    what: 'whitespace',
    why: 'RFC 7515 section 2: no line breaks, whitespace, or other additional characters.',
    covers: (token) => /[\t\n\f\r ]/.test(token),
  },
  {
    what: 'left-over bits',
    why:
      'RFC 4648 section 3.5: the bits that the last character has too many are zero. A token ' +
      'has one spelling.',
    covers: (token) =>
      /^[\w.-]+$/.test(token) &&
      partsOf(token).some((part) => bytesOf(part).toString('base64url') !== part),
  },
  {
    what: 'a payload that is no JSON object',
    why:
      'RFC 7519 section 7.2, step 10: the message of a JWT is a JSON object. jose was asked ' +
      'about a JWS, which holds anything.',
    covers: (token) => !isObject(json(partsOf(token)[1])),
  },
  {
    what: 'a header with a byte order mark',
    why: 'RFC 8259 section 8.1: JSON texts do not begin with one.',
    covers: (token) =>
      bytesOf(partsOf(token)[0])
        .subarray(0, 3)
        .equals(Buffer.from([0xef, 0xbb, 0xbf])),
  },
  {
    what: '"crit"',
    why: 'RFC 7515 section 4.1.11: we understand no extension. jose understands "b64".',
    covers: (token) =>
      isObject(headerOf(token)) && Object.hasOwn(headerOf(token) as object, 'crit'),
  },
  {
    what: 'a "kid" that is no name',
    why:
      'RFC 7515 section 4.1.4: a string; and an empty one names nothing. jose was given the ' +
      'key.',
    covers: (token) => {
      const header = headerOf(token);
      return (
        isObject(header) &&
        Object.hasOwn(header, 'kid') &&
        (typeof header['kid'] !== 'string' || header['kid'] === '')
      );
    },
  },
  {
    what: 'an RSASSA-PSS signature without its leading zeros',
    why:
      'RFC 8017 section 8.1.2, step 1: a signature is as long as the modulus. OpenSSL lets it ' +
      'be shorter.',
    covers: (token, keyBytes) => {
      const header = headerOf(token);
      return (
        isObject(header) &&
        String(header['alg']).startsWith('PS') &&
        bytesOf(partsOf(token)[2]).length < keyBytes
      );
    },
  },
  {
    what: 'more than 16 KiB',
    why: 'Nothing that long is looked at.',
    covers: (token) => Buffer.byteLength(token) > MAX_TOKEN_BYTES,
  },
];
