import { isUtf8 } from 'node:buffer';
import type { SignedText } from '../crypto/signature.js';
import { AuthError } from '../errors.js';
import { isJsonObject, type JsonObject } from '../types.js';

/** Longest token that is looked at, in bytes. */
export const MAX_TOKEN_BYTES = 16_384;

/** What a token says. */
export interface TokenContent {
  readonly header: JsonObject;
  readonly claims: JsonObject;
}

/** A token whose structure holds. Nothing in it is trusted yet. */
export type ParsedToken = TokenContent & SignedText;

/**
 * Takes a JWT apart (RFC 7515 section 3.1, RFC 7519 section 7.2): size, three parts, strict
 * base64url, UTF-8 JSON objects. This is the one parse: what is checked later is what is used
 * later. Throws {@link AuthError}; tokens that are not JWTs are told apart.
 */
export function parseToken(token: string, readHeader: ReadHeader = parseHeader): ParsedToken {
  if (typeof token !== 'string') throw malformed('the token is not text');
  const bytes = Buffer.byteLength(token);
  if (bytes > MAX_TOKEN_BYTES)
    throw new AuthError('token_too_large', `the token is longer than ${MAX_TOKEN_BYTES} bytes`);
  // The decoder looks at the lower byte of each character alone: a letter from elsewhere would be
  // another spelling of one of ours.
  if (bytes !== token.length) throw malformed('the token has characters that are not of base64url');
  const headerEnd = token.indexOf('.');
  const payloadEnd = token.indexOf('.', headerEnd + 1);
  // Two dots: with one, the second search finds nothing, and with none it finds nothing either.
  if (payloadEnd === -1 || token.includes('.', payloadEnd + 1)) throw notThreeParts(token);
  if (payloadEnd === token.length - 1) throw malformed('the token is not signed');
  const signature = decode(token.slice(payloadEnd + 1), 'signature');
  const header = readHeader(token.slice(0, headerEnd));
  const claims = parseObject(token.slice(headerEnd + 1, payloadEnd), 'payload');
  return { header, claims, signed: token.slice(0, payloadEnd), signature };
}

/** Reads the first part of a token. */
export type ReadHeader = (part: string) => JsonObject;

const parseHeader: ReadHeader = (part) => parseObject(part, 'header');

/** Remembers the last header: the tokens of one key have the same one, to the letter. */
export function lastHeader(): ReadHeader {
  let lastPart: string | undefined;
  let header: JsonObject = {};
  return (part) => {
    if (part !== lastPart) {
      header = parseHeader(part);
      // A copy: the part is a slice that would keep its whole token in memory.
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
 * A byte order mark stays in the text, and JSON does not allow one. The parser's own error would
 * quote the token.
 */
function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed(`the ${name} is not JSON`);
  }
}

/**
 * Strict base64url (RFC 7515 section 2). Characters are not looked at one by one: the decoder
 * leaves out what is not of its alphabet, and then there are too few bytes. Its alphabet has `+`
 * and `/` as well.
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

/**
 * The characters that leave no bits over when a part ends with two, and with three, characters in
 * its last group.
 */
const LAST_OF_TWO = /[AQgw]$/;
const LAST_OF_THREE = /[AEIMQUYcgkosw048]$/;

/** RFC 4648 section 3.5: left-over bits must be zero. Otherwise one token had several spellings. */
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

/** Authgear's opaque access token (the default there). */
const OPAQUE = /^[A-Za-z0-9]{32}$/;
/** Authgear's refresh token. */
const REFRESH = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[A-Za-z0-9]{32}$/i;

/** Whether a bearer token is an opaque one of Authgear. */
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
  // What has more parts than an encrypted token is not counted to its end.
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
