import { createHash } from 'node:crypto';

/** SHA-256, so that no credential is ever kept as the key of a cache. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
