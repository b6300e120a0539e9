import { isUtf8 } from 'node:buffer';
import { AuthError } from '../errors.js';
import { deepFreeze, isJsonObject, type JsonObject } from '../types.js';

/** Longest token that is looked at, in bytes. */
export const MAX_TOKEN_BYTES = 16_384;

/** A token whose structure holds. Nothing in it is trusted yet. */
export interface ParsedToken {
  readonly header: JsonObject;
  readonly claims: JsonObject;
}

/**
 * Takes a JWT apart (RFC 7515 section 3.1, RFC 7519 section 7.2): size, three parts, strict base64url, UTF-8 JSON objects. This is the
 * one parse: what is checked later is what is used later. Throws {@link AuthError}; tokens that are not JWTs are told apart.
 */
export function parseToken(token: string, readHeader: ReadHeader = parseHeader): ParsedToken {
  if (typeof token !== 'string') throw malformed('the token is not text');
  if (token.length > MAX_TOKEN_BYTES || Buffer.byteLength(token) > MAX_TOKEN_BYTES) {
    throw new AuthError('token_too_large', `the token is longer than ${MAX_TOKEN_BYTES} bytes`);
  }
  const [header, payload, signature, ...more] = token.split('.', 4);
  if (header === undefined || payload === undefined || signature === undefined || more.length > 0) throw notThreeParts(token);
  if (signature === '') throw malformed('the token is not signed');
  if (!isBase64Url(signature)) throw malformed('the signature is not base64url');
  return { header: readHeader(header), claims: parseObject(payload, 'payload') };
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
      header = deepFreeze(parseHeader(part));
      // A copy: the part is a slice that would keep its whole token in memory.
      lastPart = Buffer.from(part, 'latin1').toString('latin1');
    }
    return header;
  };
}

function parseObject(part: string, name: string): JsonObject {
  const bytes = Buffer.from(part, 'base64url');
  if (!isSpelledOut(part, bytes)) throw malformed(`the ${name} is not base64url`);
  if (!isUtf8(bytes)) throw malformed(`the ${name} is not UTF-8`);
  const value = parseJson(bytes.toString('utf8'), name);
  if (!isJsonObject(value)) throw malformed(`the ${name} is not a JSON object`);
  return value;
}

/** A byte order mark stays in the text, and JSON does not allow one. The parser's own error would quote the token. */
function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed(`the ${name} is not JSON`);
  }
}

const BASE64URL = /^[A-Za-z0-9_-]*$/;
/** The characters that leave no bits over when a part ends with two, and with three, characters in its last group. */
const LAST_OF_TWO = /[AQgw]$/;
const LAST_OF_THREE = /[AEIMQUYcgkosw048]$/;

/**
 * The same of a part that was decoded, without another look at each character: the decoder leaves out what is not of its alphabet, and then there are too few
 * bytes. Its alphabet has `+` and `/` as well.
 */
function isSpelledOut(part: string, { length }: Buffer): boolean {
  return length === Math.floor((part.length * 3) / 4) && !part.includes('+') && !part.includes('/') && hasNothingLeftOver(part);
}

function isBase64Url(part: string): boolean {
  return BASE64URL.test(part) && hasNothingLeftOver(part);
}

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
  if (isOpaqueToken(token)) return new AuthError('token_is_opaque', 'the token is an opaque Authgear access token (32 letters and digits)');
  if (REFRESH.test(token)) return new AuthError('token_is_refresh_token', 'the token is an Authgear refresh token');
  let parts = 1;
  for (let dot = token.indexOf('.'); dot !== -1; dot = token.indexOf('.', dot + 1)) parts += 1;
  return malformed(
    `the token has ${parts} ${parts === 1 ? 'part' : 'parts'}, a signed JWT has three${parts === 5 ? '; encrypted tokens are not supported' : ''}`,
  );
}

function malformed(reason: string): AuthError {
  return new AuthError('token_malformed', reason);
}
