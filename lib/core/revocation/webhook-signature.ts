import { createHmac, timingSafeEqual } from 'node:crypto';
import { AuthError } from '../errors.js';

/** The header with the HMAC-SHA256 of the raw body, in lowercase hex. */
export const SIGNATURE_HEADER = 'x-authgear-body-signature';

/**
 * Throws `webhook_signature_invalid` unless the body was signed with the key. The comparison takes
 * constant time.
 */
export function checkWebhookSignature(
  body: Uint8Array,
  signature: string | undefined,
  key: Uint8Array,
): void {
  if (signature === undefined)
    throw new AuthError('webhook_signature_invalid', `the header "${SIGNATURE_HEADER}" is missing`);
  const expected = Buffer.from(createHmac('sha256', key).update(body).digest('hex'));
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new AuthError(
      'webhook_signature_invalid',
      'the signature does not match: the secret is wrong, or the body was changed',
    );
  }
}
