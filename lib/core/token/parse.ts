import { isUtf8 } from 'node:buffer';
import type { SignedText } from '../crypto/signature.js';
import { AuthError } from '../errors.js';
import { isJsonObject, type JsonObject } from '../types.js';

/** Maximum length of a token in bytes. Longer tokens are refused. */
export const MAX_TOKEN_BYTES = 16_384;

/** The header and claims of a token. */
export interface TokenContent {
  readonly header: JsonObject;
  readonly claims: JsonObject;
}

/** A well-formed token. Nothing in it is trusted yet. */
export type ParsedToken = TokenContent & SignedText;

/**
 * Parses a JWT (RFC 7515 section 3.1, RFC 7519 section 7.2): size, three parts, strict base64url,
 * UTF-8 JSON objects. A token is parsed only once, so that later code uses the same values that
 * were checked. Throws {@link AuthError}, with separate codes for opaque tokens and refresh tokens.
 */
export function parseToken(token: string, readHeader: ReadHeader = parseHeader): ParsedToken {
  if (typeof token !== 'string') throw malformed('the token is not text');
  const bytes = Buffer.byteLength(token);
  if (bytes > MAX_TOKEN_BYTES)
    throw new AuthError('token_too_large', `the token is longer than ${MAX_TOKEN_BYTES} bytes`);
  // The decoder reads only the lower byte of each character, so a non-ASCII character would be
  // another spelling of an ASCII character.
  if (bytes !== token.length) throw malformed('the token has characters that are not of base64url');
  const headerEnd = token.indexOf('.');
  const payloadEnd = token.indexOf('.', headerEnd + 1);
  // With fewer than two dots, the second search finds nothing.
  if (payloadEnd === -1 || token.includes('.', payloadEnd + 1)) throw notThreeParts(token);
  if (payloadEnd === token.length - 1) throw malformed('the token is not signed');
  const signature = decode(token.slice(payloadEnd + 1), 'signature');
  const header = readHeader(token.slice(0, headerEnd));
  const claims = parseObject(token.slice(headerEnd + 1, payloadEnd), 'payload');
  return { header, claims, signed: token.slice(0, payloadEnd), signature };
}

/** Parses the first part of a token. */
export type ReadHeader = (part: string) => JsonObject;

const parseHeader: ReadHeader = (part) => parseObject(part, 'header');

/** Returns a parser that caches the last header, because tokens of one key have the same header. */
export function lastHeader(): ReadHeader {
  let lastPart: string | undefined;
  let header: JsonObject = {};
  return (part) => {
    if (part !== lastPart) {
      header = parseHeader(part);
      // A copy, because the part is a slice that would keep its whole token in memory.
      lastPart = Buffer.from(part, 'latin1').toString('latin1');
    }
    return header;
  };
}

function parseObject(part: string, name: string): JsonObject {
  const bytes = decode(part, name);
  if (!isUtf8(bytes)) throw malformed(`the ${name} is not UTF-8`);
  const value = parseJson(bytes.toString('utf8'), name);
  if (!isJsonObject(value)) throw malformed(`the ${name} is not a JSON object`);
  return value;
}

/**
 * Parses JSON. The error of the parser is replaced, because it would quote the token. A byte order
 * mark stays in the text and is refused, because JSON does not allow one.
 */
function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed(`the ${name} is not JSON`);
  }
}

/**
 * Decodes strict base64url (RFC 7515 section 2). The decoder skips characters outside its alphabet,
 * so the result is too short if there are any. Its alphabet also has `+` and `/`, which are refused
 * separately.
 */
function decode(part: string, name: string): Buffer {
  const bytes = Buffer.from(part, 'base64url');
  const isSpelledOut =
    bytes.length === Math.floor((part.length * 3) / 4) &&
    !part.includes('+') &&
    !part.includes('/');
  if (!isSpelledOut || !hasNothingLeftOver(part)) throw malformed(`the ${name} is not base64url`);
  return bytes;
}

/** The final characters that leave no bits over, if the last group has two or three characters. */
const LAST_OF_TWO = /[AQgw]$/;
const LAST_OF_THREE = /[AEIMQUYcgkosw048]$/;

/**
 * Whether the leftover bits are zero (RFC 4648 section 3.5). Otherwise a token would have several
 * spellings.
 */
function hasNothingLeftOver(part: string): boolean {
  switch (part.length % 4) {
    case 0:
      return true;
    case 2:
      return LAST_OF_TWO.test(part);
    case 3:
      return LAST_OF_THREE.test(part);
    default:
      return false;
  }
}

/** An opaque access token of Authgear, which is its default format. */
const OPAQUE = /^[A-Za-z0-9]{32}$/;
/** A refresh token of Authgear. */
const REFRESH = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[A-Za-z0-9]{32}$/i;

/** Whether a bearer token has the format of an opaque access token of Authgear. */
export function isOpaqueToken(token: string): boolean {
  return OPAQUE.test(token);
}

function notThreeParts(token: string): AuthError {
  if (isOpaqueToken(token))
    return new AuthError(
      'token_is_opaque',
      'the token is an opaque Authgear access token (32 letters and digits)',
    );
  if (REFRESH.test(token))
    return new AuthError('token_is_refresh_token', 'the token is an Authgear refresh token');
  // Parts are counted up to six: an encrypted token has five.
  const parts = token.split('.', 6).length;
  const count = parts === 6 ? 'more than 5' : parts;
  return malformed(
    `the token has ${count} ${parts === 1 ? 'part' : 'parts'}, a signed JWT has ` +
      `three${parts === 5 ? '; encrypted tokens are not supported' : ''}`,
  );
}

function malformed(reason: string): AuthError {
  return new AuthError('token_malformed', reason);
}
