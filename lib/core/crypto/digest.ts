import { hash } from 'node:crypto';

/** SHA-256, so that no credential is ever kept as the key of a cache. */
export function sha256(text: string): string {
  return hash('sha256', text, 'base64url');
}
